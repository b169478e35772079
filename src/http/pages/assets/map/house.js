// What lies beneath the seats and above them: stage, sections and areas; names, numbers and rings.

import { AVAILABLE } from '../api.js';
import { isDark } from './palette.js';
import { ACCESSIBLE, COMPANION } from './scene.js';

/** From this many pixels between neighbours on, rows have names, and from this many on seats have numbers. */
const ROW_NAMES_FROM = 16;
const NUMBERS_FROM = 21;

/** Stage, sections and areas. */
export function drawHouse(context, { scene, camera, palette }) {
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
}

function drawStage(context, scene, camera, palette) {
  const box = onScreen(scene.stage, camera);
  context.fillStyle = palette.stage;
  rounded(context, box, Math.min(box.height / 3, 14));
  context.fill();
  if (box.height > 13) write(context, 'Stage', box.x + box.width / 2, box.y + box.height / 2, Math.min(box.height * 0.42, 18), palette['on-stage'], palette.font);
}

/** Areas, with how much is free in each: `free(area)`. */
export function drawAreas(context, { scene, camera, palette, dimmed, chosenAreas }, free) {
  for (const area of scene.areas) {
    const box = onScreen(area.box, camera);
    const { colour } = scene.categories[area.category];
    context.globalAlpha = dimmed[area.category] ? 0.25 : 1;
    context.fillStyle = palette.section;
    rounded(context, box, Math.min(box.height / 5, 16));
    context.fill();
    context.globalAlpha *= 0.22;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = dimmed[area.category] ? 0.25 : 1;
    context.strokeStyle = colour;
    context.lineWidth = chosenAreas.has(area.name) ? 4 : 1.5;
    context.stroke();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    if (box.height > 34) {
      write(context, area.name, x, y - 9, Math.min(16, box.height / 3), palette.ink, palette.font, 600);
      write(context, free(area), x, y + 10, 12.5, palette.quiet, palette.font);
    } else if (box.height > 12) {
      write(context, area.name, x, y, Math.min(13, box.height * 0.6), palette.ink, palette.font, 600);
    }
    context.globalAlpha = 1;
  }
}

/** Names of sections from afar, of rows and seats from near. */
export function drawNames(context, view) {
  const { scene, camera, palette } = view;
  const apart = scene.pitch * camera.scale;
  if (apart >= NUMBERS_FROM) drawNumbers(context, view, apart);
  if (apart >= ROW_NAMES_FROM) drawRowNames(context, view, apart);
  else drawSectionNames(context, scene, camera, palette);
}

function drawNumbers(context, { scene, camera, palette, statuses, dimmed }, apart) {
  const inks = scene.categories.map(({ colour }) => (isDark(colour) ? '#ffffff' : '#111111'));
  context.font = `600 ${Math.round(apart * 0.34)}px ${palette.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const seat of scene.grid.within(camera.view(scene.pitch))) {
    const category = scene.category[seat];
    if (!statuses || statuses[seat] !== AVAILABLE || dimmed[category]) continue;
    const [x, y] = camera.toScreen(scene.x[seat], scene.y[seat]);
    context.fillStyle = inks[category];
    const traits = scene.traits[seat];
    if (traits & ACCESSIBLE) wheelchair(context, x, y, apart * 0.5, inks[category]);
    else context.fillText(traits & COMPANION ? `${scene.ownLabel(seat)}+` : scene.ownLabel(seat), x, y + 1);
  }
}

function drawRowNames(context, { scene, camera, palette }, apart) {
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

/** The first names that have room; a name that would lie on another is left out until there is. */
function drawSectionNames(context, scene, camera, palette) {
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

function onScreen(box, camera) {
  const [x, y] = camera.toScreen(box.x, box.y);
  return { x, y, width: box.width * camera.scale, height: box.height * camera.scale };
}

function rounded(context, { x, y, width, height }, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.max(radius, 0));
}

function write(context, text, x, y, size, colour, font, weight = 500) {
  context.font = `${weight} ${Math.round(size)}px ${font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = colour;
  context.fillText(text, x, y + 0.5);
}

/** A wheelchair in a few strokes. */
function wheelchair(context, x, y, size, colour) {
  const unit = size / 10;
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = unit * 1.2;
  context.beginPath();
  context.arc(x - unit, y - 4.2 * unit, unit, 0, 2 * Math.PI);
  context.fill();
  context.beginPath();
  context.moveTo(x - unit, y - 2.6 * unit);
  context.lineTo(x - unit, y + unit);
  context.lineTo(x + 2 * unit, y + unit);
  context.lineTo(x + 3.4 * unit, y + 4.2 * unit);
  context.moveTo(x - unit, y - 1.2 * unit);
  context.lineTo(x + 1.8 * unit, y - 1.2 * unit);
  context.stroke();
  context.beginPath();
  context.arc(x - 0.6 * unit, y + 1.8 * unit, 3 * unit, 0.25 * Math.PI, 1.35 * Math.PI);
  context.stroke();
}
