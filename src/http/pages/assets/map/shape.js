// Shapes around rows of seats: made wider, with round corners, out of no more points than are seen.

/** The shape of a section as a path in the house's own units: `corners` moved outwards by `margin`. */
export function shapeAround(corners, margin) {
  const path = new Path2D();
  const points = widened(simplified(corners, margin * 0.15), margin);
  const { length } = points;
  if (length < 3) return path;
  points.forEach((point, nth) => {
    const [before, after] = [points[(nth + length - 1) % length], points[(nth + 1) % length]];
    const [from, to] = [towards(point, before, margin), towards(point, after, margin)];
    if (nth === 0) path.moveTo(...from);
    else path.lineTo(...from);
    path.quadraticCurveTo(...point, ...to);
  });
  path.closePath();
  return path;
}

/** The place so far from `point` on the way to another, and not past the middle. */
function towards([x, y], [otherX, otherY], far) {
  const length = Math.hypot(otherX - x, otherY - y) || 1;
  const share = Math.min(far / length, 0.5);
  return [x + (otherX - x) * share, y + (otherY - y) * share];
}

/** Leaves points out that are no farther than `slack` from the line between those that are kept (Douglas and Peucker). */
function simplified(points, slack) {
  if (points.length < 3) return points;
  const [[x, y], [endX, endY]] = [points[0], points.at(-1)];
  const length = Math.hypot(endX - x, endY - y);
  const distance = ([px, py]) => (length === 0
    ? Math.hypot(px - x, py - y)
    : Math.abs((endX - x) * (y - py) - (x - px) * (endY - y)) / length);
  let [farthest, most] = [0, slack];
  for (let nth = 1; nth < points.length - 1; nth += 1) {
    const far = distance(points[nth]);
    if (far > most) [farthest, most] = [nth, far];
  }
  if (farthest === 0) return [points[0], points.at(-1)];
  return [...simplified(points.slice(0, farthest + 1), slack), ...simplified(points.slice(farthest), slack).slice(1)];
}

/** Moves each corner outwards, so that its two edges lie `margin` farther out. A lone row becomes a strip. */
function widened(corners, margin) {
  if (corners.length === 0) return [];
  const around = turnedRight(corners.length < 3 ? strip(corners, margin / 8) : corners);
  const { length } = around;
  return around.map(([x, y], nth) => {
    const [inX, inY] = direction(around[(nth + length - 1) % length], [x, y]);
    const [outX, outY] = direction([x, y], around[(nth + 1) % length]);
    // Both edges' normals, and how far along their sum both are `margin` away; a needle's tip is cut.
    const [normalX, normalY] = [inY + outY, -inX - outX];
    const scale = margin / Math.max((normalX * normalX + normalY * normalY) / 2, 0.5);
    return [x + normalX * scale, y + normalY * scale];
  });
}

function direction([x, y], [toX, toY]) {
  const length = Math.hypot(toX - x, toY - y) || 1;
  return [(toX - x) / length, (toY - y) / length];
}

/** The same corners, so ordered that the outside is on the left of each edge as `widened` has it. */
function turnedRight(corners) {
  const area = corners.reduce((sum, [x, y], nth) => {
    const [nextX, nextY] = corners[(nth + 1) % corners.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return area < 0 ? [...corners].reverse() : corners;
}

/** A line, or a point, with four corners. */
function strip(corners, half) {
  const [from, to] = [corners[0], corners.at(-1)];
  const [dx, dy] = from === to ? [1, 0] : direction(from, to);
  const [endX, endY] = [dx * half, dy * half];
  return [
    [from[0] - endX - endY, from[1] - endY + endX], [from[0] - endX + endY, from[1] - endY - endX],
    [to[0] + endX + endY, to[1] + endY - endX], [to[0] + endX - endY, to[1] + endY + endX],
  ];
}
