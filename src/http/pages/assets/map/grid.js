// Seats by where they lie: a grid of square cells, each with its seats one after another. Finds what is under a finger,
// what is in a box, and what has to be drawn.

const CELLS_MAX = 1 << 20;

export class Grid {
  constructor(x, y) {
    this.x = x;
    this.y = y;
    this.count = x.length;
    this.measure();
    this.build(this.suitableCell());
    this.pitch = this.typicalDistance();
  }

  measure() {
    [this.left, this.right, this.top, this.bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let seat = 0; seat < this.count; seat += 1) {
      this.left = Math.min(this.left, this.x[seat]);
      this.right = Math.max(this.right, this.x[seat]);
      this.top = Math.min(this.top, this.y[seat]);
      this.bottom = Math.max(this.bottom, this.y[seat]);
    }
    if (this.count === 0) [this.left, this.right, this.top, this.bottom] = [0, 1, 0, 1];
    this.middleX = (this.left + this.right) / 2;
  }

  /** So large that a cell of a full house has about four seats. */
  suitableCell() {
    const [width, height] = [this.right - this.left, this.bottom - this.top];
    const even = Math.sqrt((Math.max(width, 1e-6) * Math.max(height, 1e-6) * 4) / Math.max(this.count, 1));
    const least = Math.max(width, height) / 4096;
    return Math.max(even, least, 1e-6);
  }

  /** A counting sort of the seats by their cells. */
  build(cell) {
    this.cell = cell;
    this.columns = Math.min(Math.floor((this.right - this.left) / cell) + 1, CELLS_MAX);
    this.lines = Math.min(Math.floor((this.bottom - this.top) / cell) + 1, CELLS_MAX);
    this.starts = new Uint32Array(this.columns * this.lines + 1);
    const cellOf = (seat) => this.line(this.y[seat]) * this.columns + this.column(this.x[seat]);
    for (let seat = 0; seat < this.count; seat += 1) this.starts[cellOf(seat) + 1] += 1;
    for (let at = 1; at < this.starts.length; at += 1) this.starts[at] += this.starts[at - 1];
    const next = this.starts.slice();
    this.seats = new Uint32Array(this.count);
    for (let seat = 0; seat < this.count; seat += 1) this.seats[next[cellOf(seat)]++] = seat;
    /** Where they lie, in the same order: what is drawn together lies together in memory. */
    this.xs = Float32Array.from(this.seats, (seat) => this.x[seat]);
    this.ys = Float32Array.from(this.seats, (seat) => this.y[seat]);
  }

  column(x) {
    return Math.min(Math.max(Math.floor((x - this.left) / this.cell), 0), this.columns - 1);
  }

  line(y) {
    return Math.min(Math.max(Math.floor((y - this.top) / this.cell), 0), this.lines - 1);
  }

  /** Calls `visit(from, to)` for each piece of `seats` whose cells meet the box: at least all seats in it. */
  runs({ left, right, top, bottom }, visit) {
    if (right < this.left || left > this.right || bottom < this.top || top > this.bottom) return;
    const [first, last] = [this.column(left), this.column(right)];
    for (let line = this.line(top); line <= this.line(bottom); line += 1) {
      const base = line * this.columns;
      const [from, to] = [this.starts[base + first], this.starts[base + last + 1]];
      if (from < to) visit(from, to);
    }
  }

  /** The seats in a box, in the chart's order. */
  within({ left, right, top, bottom }) {
    const found = [];
    this.runs({ left, right, top, bottom }, (from, to) => {
      for (let at = from; at < to; at += 1) {
        const seat = this.seats[at];
        const [x, y] = [this.x[seat], this.y[seat]];
        if (x >= left && x <= right && y >= top && y <= bottom) found.push(seat);
      }
    });
    return found.sort((one, other) => one - other);
  }

  /** The seat nearest to a point and no farther than `reach`, or -1. */
  nearest(x, y, reach, except = -1) {
    let [found, best] = [-1, reach * reach];
    this.runs({ left: x - reach, right: x + reach, top: y - reach, bottom: y + reach }, (from, to) => {
      for (let at = from; at < to; at += 1) {
        const seat = this.seats[at];
        const distance = (this.x[seat] - x) ** 2 + (this.y[seat] - y) ** 2;
        if (distance <= best && seat !== except) [found, best] = [seat, distance];
      }
    });
    return found;
  }

  /** How far the nearest seat is from a point. */
  distance(x, y) {
    for (let reach = this.cell; reach < 1e9; reach *= 2) {
      const seat = this.nearest(x, y, reach);
      if (seat >= 0) return Math.hypot(this.x[seat] - x, this.y[seat] - y);
      if (this.count === 0) break;
    }
    return 0;
  }

  /** The median distance from a seat to its nearest neighbour, over a few hundred seats. */
  typicalDistance() {
    const distances = [];
    const step = Math.max(1, Math.floor(this.count / 300));
    for (let seat = 0; seat < this.count; seat += step) {
      const [x, y] = [this.x[seat], this.y[seat]];
      for (let reach = this.cell; reach < this.cell * 64; reach *= 2) {
        const neighbour = this.nearest(x, y, reach, seat);
        if (neighbour < 0) continue;
        distances.push(Math.hypot(this.x[neighbour] - x, this.y[neighbour] - y));
        break;
      }
    }
    distances.sort((one, other) => one - other);
    return distances[distances.length >> 1] || 1;
  }
}
