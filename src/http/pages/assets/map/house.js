// What lies beneath the seats and stays as it is: stage, sections and areas, and the names of rows.

/** From this many pixels between neighbours on, rows have names. */
export const ROW_NAMES_FROM = 16;
/** An area that is this high has room for how much is free in it. */
export const FREE_FROM = 34;

/** So many sections, or rows' names, are drawn at once. */
const [SECTIONS_AT_ONCE, NAMES_AT_ONCE] = [8, 24];

/** All of it, as `camera` sees it, piece by piece. */
export function* drawHouse(context, camera, view) {
  const { scene, palette } = view;
  const seen = camera.view();
  const isSeen = ({ box }) => box.right >= seen.left && box.left <= seen.right && box.bottom >= seen.top && box.top <= seen.bottom;
  const sections = scene.sections.filter(isSeen);
  for (let nth = 0; nth < sections.length; nth += SECTIONS_AT_ONCE) {
    drawSections(context, sections.slice(nth, nth + SECTIONS_AT_ONCE), camera, palette);
    yield;
  }
  drawStage(context, scene, camera, palette);
  for (const area of scene.areas) drawArea(context, area, camera, view);
  if (scene.pitch * camera.scale >= ROW_NAMES_FROM) yield* drawRowNames(context, scene, camera, palette);
}

function drawSections(context, sections, camera, palette) {
  context.save();
  context.translate(...camera.toScreen(0, 0));
  context.scale(camera.scale, camera.scale);
  context.fillStyle = palette.section;
  context.strokeStyle = palette['section-edge'];
  context.lineWidth = 1.5 / camera.scale;
  for (const { shape } of sections) {
    context.fill(shape);
    context.stroke(shape);
  }
  context.restore();
}

function drawStage(context, scene, camera, palette) {
  const box = onScreen(scene.stage, camera);
  context.fillStyle = palette.stage;
  rounded(context, box, Math.min(box.height / 3, 14));
  context.fill();
  if (box.height > 13) write(context, 'Stage', box.x + box.width / 2, box.y + box.height / 2, Math.min(box.height * 0.42, 18), palette['on-stage'], palette.font);
}

/** An area, with room for how much is free in it. */
function drawArea(context, area, camera, { scene, palette, dimmed }) {
  const box = onScreen(area.box, camera);
  const { colour } = scene.categories[area.category];
  const strength = dimmed[area.category] ? 0.25 : 1;
  context.globalAlpha = strength;
  context.fillStyle = palette.section;
  rounded(context, box, areaCorner(box));
  context.fill();
  context.globalAlpha = strength * 0.22;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = strength;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.stroke();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  if (box.height > FREE_FROM) write(context, area.name, x, y - 9, Math.min(16, box.height / 3), palette.ink, palette.font, 600);
  else if (box.height > 12) write(context, area.name, x, y, Math.min(13, box.height * 0.6), palette.ink, palette.font, 600);
  context.globalAlpha = 1;
}

function* drawRowNames(context, scene, camera, palette) {
  context.font = `500 ${Math.min(Math.round(scene.pitch * camera.scale * 0.5), 14)}px ${palette.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = palette.quiet;
  // The edge of the section runs through here: it makes room.
  context.strokeStyle = palette.paper;
  context.lineWidth = 4;
  context.lineJoin = 'round';
  let drawn = 0;
  for (const { label, x, y } of rowNames(scene, camera.view(2 * scene.pitch))) {
    const place = camera.toScreen(x, y);
    context.strokeText(label, ...place);
    context.fillText(label, ...place);
    drawn += 1;
    if (drawn % NAMES_AT_ONCE === 0) yield;
  }
}

/** Where the rows that are seen have their names: beside their last seats, on both sides. */
function* rowNames(scene, seen) {
  const { x, y, pitch, grid } = scene;
  for (const { first, seats, label, isLeftEnd, isRightEnd } of scene.rows) {
    const last = first + seats - 1;
    const ends = [isLeftEnd && [first, Math.min(first + 1, last)], isRightEnd && [last, Math.max(last - 1, first)]].filter(Boolean);
    for (const [seat, neighbour] of ends) {
      if (x[seat] < seen.left || x[seat] > seen.right || y[seat] < seen.top || y[seat] > seen.bottom) continue;
      const [dx, dy] = seat === neighbour ? [-pitch, 0] : [x[seat] - x[neighbour], y[seat] - y[neighbour]];
      const length = Math.hypot(dx, dy) || 1;
      const beyond = (far) => [x[seat] + (dx / length) * pitch * far, y[seat] + (dy / length) * pitch * far];
      // At an aisle one of two rows has its name on this side of it.
      if (seat === last && seat !== first && grid.nearest(...beyond(2.2), 0.8 * pitch) >= 0) continue;
      const [nameX, nameY] = beyond(1.05);
      yield { label, x: nameX, y: nameY };
    }
  }
}

/** A box of the house in pixels of the screen. */
export function onScreen(box, camera) {
  const [x, y] = camera.toScreen(box.x, box.y);
  return { x, y, width: box.width * camera.scale, height: box.height * camera.scale };
}

export function rounded(context, { x, y, width, height }, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.max(radius, 0));
}

export function write(context, text, x, y, size, colour, font, weight = 500) {
  context.font = `${weight} ${Math.round(size)}px ${font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = colour;
  context.fillText(text, x, y + 0.5);
}

/** The radius of an area's corners. */
export const areaCorner = (box) => Math.min(box.height / 5, 16);
