// What lies beneath the seats and stays as it is: stage, sections and areas, and the names of rows.

/** From this many pixels between neighbours on, rows have names. */
export const ROW_NAMES_FROM = 16;
/** An area that is this high has room for how much is free in it. */
export const FREE_FROM = 34;

/** All of it, as `camera` sees it. */
export function drawHouse(context, camera, { scene, palette, dimmed }) {
  const seen = camera.view();
  context.save();
  context.translate(...camera.toScreen(0, 0));
  context.scale(camera.scale, camera.scale);
  context.fillStyle = palette.section;
  context.strokeStyle = palette['section-edge'];
  context.lineWidth = 1.5 / camera.scale;
  for (const { shape, box } of scene.sections) {
    if (box.right < seen.left || box.left > seen.right || box.bottom < seen.top || box.top > seen.bottom) continue;
    context.fill(shape);
    context.stroke(shape);
  }
  context.restore();
  context.lineCap = context.lineJoin = 'round';
  drawStage(context, scene, camera, palette);
  for (const area of scene.areas) drawArea(context, area, camera, { scene, palette, dimmed });
  if (scene.pitch * camera.scale >= ROW_NAMES_FROM) drawRowNames(context, scene, camera, palette);
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

function drawRowNames(context, scene, camera, palette) {
  const apart = scene.pitch * camera.scale;
  context.font = `500 ${Math.min(Math.round(apart * 0.5), 14)}px ${palette.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = palette.quiet;
  // The edge of the section runs through here: it makes room.
  context.strokeStyle = palette.paper;
  context.lineWidth = 4;
  const seen = camera.view(2 * scene.pitch);
  for (const row of scene.rows) {
    const last = row.first + row.seats - 1;
    if (row.isLeftEnd) beyond(row.first, Math.min(row.first + 1, last), row.label);
    if (row.isRightEnd) beyond(last, Math.max(last - 1, row.first), row.label, true);
  }
  /** Writes beside a seat, on the other side than its neighbour; where `ifFree`, only if nobody else's names stand there:
   * at an aisle one of two rows has its name on this side of it. */
  function beyond(seat, neighbour, label, ifFree = false) {
    const [x, y] = [scene.x[seat], scene.y[seat]];
    if (x < seen.left || x > seen.right || y < seen.top || y > seen.bottom) return;
    const [dx, dy] = seat === neighbour ? [-scene.pitch, 0] : [x - scene.x[neighbour], y - scene.y[neighbour]];
    const length = Math.hypot(dx, dy) || 1;
    const at = (far) => [x + (dx / length) * scene.pitch * far, y + (dy / length) * scene.pitch * far];
    if (ifFree && scene.grid.nearest(...at(2.2), 0.8 * scene.pitch) >= 0) return;
    const place = camera.toScreen(...at(1.05));
    context.strokeText(label, ...place);
    context.fillText(label, ...place);
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
