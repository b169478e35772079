// How a seat looks when it is a few pixels wide: small pictures of coverage, made once for each size.
//
// A hundred thousand seats a frame are too many for the canvas's own circles, and a page cannot count on a graphics
// card. So seats are written pixel by pixel into one picture, which takes a few milliseconds anywhere.

/** What a seat can look like. What it is shows in its shape, not only in its colour. */
export const [FULL, SQUARE, NOTCHED, RING, DOT, FAINT] = [0, 1, 2, 3, 4, 5];

/** Seats stand between pixels: each picture is made for so many places in between, in each direction. */
export const PHASES = 4;
const KINDS = 6;
const SIZE_MAX = 96;

export class Sprites {
  constructor() {
    this.made = new Map();
  }

  /** The pictures for seats that are `diameter` pixels wide. */
  of(diameter) {
    // A quarter of a pixel more or less is not seen while small, and large ones grow in whole pixels.
    const size = Math.min(diameter < 12 ? Math.round(diameter * 4) / 4 : Math.round(diameter), SIZE_MAX);
    let set = this.made.get(size);
    if (!set) {
      if (this.made.size > 64) this.made.clear();
      set = new SpriteSet(Math.max(size, 0.75));
      this.made.set(size, set);
    }
    return set;
  }
}

class SpriteSet {
  constructor(diameter) {
    this.radius = diameter / 2;
    /** Width and height of each picture in pixels. */
    this.side = Math.ceil(diameter) + 1;
    /** For each kind, by the fraction of a pixel that the seat's middle is at, down and across: a byte of coverage for
     * each pixel. */
    this.masks = new Array(KINDS * PHASES * PHASES).fill(null);
  }

  /** Draws the picture that stands at this place of `masks`. Most are never asked for. */
  make(at) {
    const [across, down, kind] = [at % PHASES, Math.floor(at / PHASES) % PHASES, Math.floor(at / PHASES ** 2)];
    this.masks[at] = this.draw(kind, (across + 0.5) / PHASES, (down + 0.5) / PHASES);
    return this.masks[at];
  }

  draw(kind, shiftX, shiftY) {
    const { side, radius } = this;
    const mask = new Uint8Array(side * side);
    const centre = (side - 1) / 2;
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        const [dx, dy] = [x + 0.5 - centre - shiftX, y + 0.5 - centre - shiftY];
        mask[y * side + x] = Math.round(255 * coverage(kind, dx, dy, radius));
      }
    }
    return mask;
  }
}

/** How much of the pixel at this distance from the middle is covered. */
function coverage(kind, dx, dy, radius) {
  const distance = Math.hypot(dx, dy);
  const disc = (size) => clamp(size - distance + 0.5) * Math.min(1, 4 * size * size);
  switch (kind) {
    case SQUARE: return square(dx, dy, radius);
    case NOTCHED: return disc(radius) * (dx + dy > radius * 0.35 ? 0.4 : 1);
    // Too small for a ring it is a paler disc.
    case RING: return radius < 2.5 ? disc(radius) * 0.55 : disc(radius) - disc(radius - Math.max(1, radius * 0.24)) * 0.85;
    case DOT: return disc(radius * 0.62);
    case FAINT: return disc(radius * 0.45) * 0.75;
    default: return disc(radius);
  }
}

/** A square with round corners. */
function square(dx, dy, radius) {
  const corner = radius * 0.45;
  const [x, y] = [Math.max(Math.abs(dx) - radius + corner, 0), Math.max(Math.abs(dy) - radius + corner, 0)];
  return clamp(corner - Math.hypot(x, y) + 0.5);
}

const clamp = (value) => Math.min(Math.max(value, 0), 1);
