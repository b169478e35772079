// What lies above the seats: names of sections, what is free in areas, the signs of chosen seats, rings.

import { FREE_FROM, ROW_NAMES_FROM, areaCorner, onScreen, rounded, write } from './house.js';

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
export function drawSectionNames(context, { scene, camera, palette }) {
  if (scene.pitch * camera.scale >= ROW_NAMES_FROM) return;
  const taken = [];
  context.font = `600 13px ${palette.font}`;
  for (const section of scene.sections) {
    const { name, middle } = section;
    if (!name) continue;
    const [x, y] = camera.toScreen(...middle);
    // Always in the same font, so measured once.
    const half = (section.nameWidth ??= context.measureText(name).width) / 2 + 7;
    const meets = (other) => Math.abs(other.x - x) < half + other.half && Math.abs(other.y - y) < 24;
    if (x < -half || x > camera.width + half || y < -12 || y > camera.height + 12 || taken.some(meets)) continue;
    taken.push({ x, y, half });
    context.globalAlpha = 0.88;
    context.fillStyle = palette.paper;
    rounded(context, { x: x - half, y: y - 11, width: 2 * half, height: 22 }, 11);
    context.fill();
    context.globalAlpha = 1;
    write(context, name, x, y, 13, palette.ink, palette.font, 600);
  }
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
