// Where seats, sections, areas and the stage are drawn.

import { shapeAround } from './shape.js';

/** How much room is left between two sections that the chart does not place, in rows. */
const SECTION_GAP = 2;
/** How far a section's edge is from the middle of its outermost seats, in distances of neighbours. */
const MARGIN = 0.9;

/** Rows lie where the chart says, or else behind one another, each centred: as the server has it, which chooses the best
 * seats by where they lie. Aisles cut a row into parts with the same label; an aisle is as wide as a seat. */
export function layRows(scene) {
  const { rows } = scene;
  let depth = 0;
  for (let at = 0; at < rows.length; depth += 1) {
    let end = at + 1;
    while (end < rows.length && continues(rows[end - 1], rows[end])) end += 1;
    if (at > 0 && rows[at].section !== rows[at - 1].section) depth += SECTION_GAP;
    layOne(scene, rows.slice(at, end), depth);
    at = end;
  }
}

const continues = (row, next) => row.section === next.section && row.label === next.label;

function layOne(scene, parts, y) {
  const seats = parts.reduce((sum, part) => sum + part.seats, 0);
  let x = -(seats + parts.length - 2) / 2;
  for (const part of parts) {
    for (let place = 0; place < part.seats; place += 1) {
      const seat = part.first + place;
      if (scene.isPlaced[seat]) continue;
      scene.x[seat] = x + place;
      scene.y[seat] = y;
    }
    x += part.seats + 1;
  }
  // The parts of a row are one line to the eye: its name stands at its two ends.
  parts.forEach((part, nth) => Object.assign(part, { isLeftEnd: nth === 0, isRightEnd: nth === parts.length - 1 }));
}

/** Seats with nothing but numbers lie nowhere: they are drawn as a block that is wider than high. */
export function layInBlock(scene) {
  const width = Math.max(1, Math.ceil(Math.sqrt(scene.numbered * 1.8)));
  for (let seat = 0; seat < scene.numbered; seat += 1) {
    scene.x[seat] = (seat % width) - (width - 1) / 2;
    scene.y[seat] = Math.floor(seat / width);
  }
}

/** The shape of each section: along its first row, down the ends of its rows, back along its last row, and up again. So it
 * follows rows that are curved. */
export function shapeSections(scene) {
  for (const section of scene.sections) {
    const corners = scene.isPlain ? [] : outline(scene, section);
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    const margin = scene.pitch * MARGIN;
    section.shape = shapeAround(corners, margin);
    section.box = {
      left: Math.min(...xs) - margin, right: Math.max(...xs) + margin, top: Math.min(...ys) - margin, bottom: Math.max(...ys) + margin,
    };
  }
}

function outline(scene, section) {
  section.middle = [0, 0];
  const lines = linesOf(scene, section);
  if (lines.length === 0) return [];
  const point = (seat) => [scene.x[seat], scene.y[seat]];
  const along = ([from, to]) => {
    const step = Math.max(1, Math.floor(Math.abs(to - from) / 24)) * Math.sign(to - from || 1);
    const seats = [];
    for (let seat = from; step > 0 ? seat < to : seat > to; seat += step) seats.push(seat);
    return [...seats, to].map(point);
  };
  const last = lines.at(-1);
  const middle = lines[lines.length >> 1];
  section.middle = point((middle[0] + middle[1]) >> 1);
  return [
    ...along(lines[0]),
    ...lines.slice(1, -1).map(([, right]) => point(right)),
    ...(lines.length > 1 ? along([last[1], last[0]]) : []),
    ...lines.slice(1, -1).reverse().map(([left]) => point(left)),
  ];
}

/** First and last seat of each row, from left to right as seen from the row before. */
function linesOf(scene, section) {
  const lines = [];
  for (const row of scene.rows.slice(...section.rows)) {
    if (row.seats === 0) continue;
    if (row.isLeftEnd) lines.push([row.first, row.first + row.seats - 1]);
    else lines.at(-1)[1] = row.first + row.seats - 1;
  }
  for (let nth = 1; nth < lines.length; nth += 1) {
    const [before, line] = [lines[nth - 1], lines[nth]];
    const distance = (one, other) => Math.hypot(scene.x[one] - scene.x[other], scene.y[one] - scene.y[other]);
    const straight = distance(before[0], line[0]) + distance(before[1], line[1]);
    const crossed = distance(before[0], line[1]) + distance(before[1], line[0]);
    if (crossed < straight) line.reverse();
  }
  return lines;
}

/** An area is a box as large as its crowd: where the chart says, or else behind the last row, side by side. */
export function placeAreas(scene) {
  const { pitch, grid } = scene;
  const loose = [];
  for (const area of scene.areas) {
    const width = Math.sqrt(area.capacity * 1.2) * 1.5 * pitch + 4 * pitch;
    const height = width / 2.6;
    area.box = { x: area.x - width / 2, y: area.y - height / 2, width, height };
    if (area.x === null) loose.push(area.box);
  }
  const gap = 2 * pitch;
  let x = grid.middleX - (loose.reduce((sum, box) => sum + box.width + gap, -gap)) / 2;
  for (const box of loose) {
    Object.assign(box, { x, y: grid.bottom + 3 * pitch });
    x += box.width + gap;
  }
}

/** The stage lies at the focal point: before the first row, or in the round where there are seats on all sides. */
export function placeStage(scene, focus) {
  const { grid, pitch } = scene;
  const at = focus ?? { x: grid.middleX, y: grid.top };
  const bounds = { left: grid.left, right: grid.right, top: grid.top, bottom: grid.bottom };
  const widen = ({ x, y, width, height }) => {
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x + width);
    bounds.top = Math.min(bounds.top, y);
    bounds.bottom = Math.max(bounds.bottom, y + height);
  };
  scene.areas.forEach((area) => widen(area.box));
  const room = grid.distance(at.x, at.y);
  const isInTheRound = at.y > grid.top + pitch && room > 3 * pitch;
  if (isInTheRound) {
    const half = room * 0.62;
    scene.stage = { x: at.x - half, y: at.y - half * 0.62, width: 2 * half, height: half * 1.24 };
  } else {
    const width = Math.max(5 * pitch, Math.min((grid.right - grid.left) * 0.5, 60 * pitch));
    const height = Math.max(1.3 * pitch, width / 9);
    const bottom = Math.min(at.y, grid.top - 2.2 * pitch);
    scene.stage = { x: at.x - width / 2, y: bottom - height, width, height };
  }
  widen(scene.stage);
  scene.bounds = bounds;
}
