// What lies above the seats: names of sections, what is free in areas, the signs of chosen seats, rings.

import { FREE_FROM, ROW_NAMES_FROM, areaCorner, onScreen, rounded, write } from './house.js';

const TAG_HEIGHT = 22;

/** What is free in each area, `free(area)`, and a strong edge around those that are chosen. */
export function drawAreas(context, { scene, camera, palette, dimmed, chosenAreas }, free) {
  for (const area of scene.areas) {
    const box = onScreen(area.box, camera);
    context.globalAlpha = dimmed[area.category] ? 0.25 : 1;
    if (chosenAreas.has(area.name)) {
      rounded(context, box, areaCorner(box));
      context.strokeStyle = scene.categories[area.category].colour;
      context.lineWidth = 4;
      context.stroke();
    }
    if (box.height > FREE_FROM) write(context, free(area), box.x + box.width / 2, box.y + box.height / 2 + 10, 12.5, palette.quiet, palette.font);
    context.globalAlpha = 1;
  }
}

/** Sections have names while rows have none: the first that have room. A name that would lie on another is left out until
 * there is. */
export function drawSectionNames(context, view) {
  const { scene, camera, ratio } = view;
  if (scene.pitch * camera.scale >= ROW_NAMES_FROM) return;
  const taken = [];
  for (const { name, middle } of scene.sections) {
    if (!name) continue;
    const [x, y] = camera.toScreen(...middle);
    const { picture, width, height } = tag(view, name);
    const half = width / 2;
    const meets = (other) => Math.abs(other.x - x) < half + other.half && Math.abs(other.y - y) < height + 2;
    if (x < -half || x > camera.width + half || y < -height || y > camera.height + height || taken.some(meets)) continue;
    taken.push({ x, y, half });
    const [left, top] = [x - half, y - height / 2].map((side) => Math.round(side * ratio) / ratio);
    context.drawImage(picture, left, top, width, height);
  }
}

/** A name on a ground of its own. Always the same, so drawn once. */
function tag({ tags, ratio, palette }, name) {
  if (tags.has(name)) return tags.get(name);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  context.font = `600 13px ${palette.font}`;
  const [columns, lines] = [context.measureText(name).width + 14, TAG_HEIGHT].map((side) => Math.ceil(side * ratio));
  [canvas.width, canvas.height] = [columns, lines];
  const [width, height] = [columns / ratio, lines / ratio];
  context.scale(ratio, ratio);
  context.globalAlpha = 0.88;
  context.fillStyle = palette.paper;
  rounded(context, { x: 0, y: 0, width, height }, height / 2);
  context.fill();
  context.globalAlpha = 1;
  write(context, name, width / 2, height / 2, 13, palette.ink, palette.font, 600);
  tags.set(name, { picture: canvas, width, height });
  return tags.get(name);
}

/** A seat with a ring around it, and a sign in it. `look` is `chosen`, `mine` or `inTheWay`. */
export function drawMark(context, { scene, camera, palette }, seat, look) {
  const [x, y] = camera.toScreen(scene.x[seat], scene.y[seat]);
  const radius = Math.max(scene.pitch * camera.scale * 0.46, 5);
  const colour = { chosen: palette.accent, mine: palette.mine, inTheWay: palette.danger }[look];
  context.beginPath();
  context.arc(x, y, radius + 1.5, 0, 2 * Math.PI);
  context.fillStyle = palette.paper;
  context.fill();
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = context.fillStyle = palette['on-accent'];
  context.lineWidth = Math.max(radius * 0.2, 1.5);
  context.beginPath();
  if (look === 'inTheWay') {
    const arm = radius * 0.36;
    context.moveTo(x - arm, y - arm);
    context.lineTo(x + arm, y + arm);
    context.moveTo(x + arm, y - arm);
    context.lineTo(x - arm, y + arm);
  } else {
    context.moveTo(x - radius * 0.42, y + radius * 0.02);
    context.lineTo(x - radius * 0.1, y + radius * 0.36);
    context.lineTo(x + radius * 0.44, y - radius * 0.34);
  }
  context.stroke();
}

/** The seat that the keyboard is at, or that the pointer is over. */
export function drawRing(context, { scene, camera, palette }, seat, isFocus) {
  const [x, y] = camera.toScreen(scene.x[seat], scene.y[seat]);
  context.beginPath();
  context.arc(x, y, Math.max(scene.pitch * camera.scale * 0.52, 6) + (isFocus ? 4 : 2), 0, 2 * Math.PI);
  context.strokeStyle = palette.ink;
  context.lineWidth = isFocus ? 3 : 1.5;
  context.stroke();
}
