// All seats in one picture, written pixel by pixel.

import { AVAILABLE, BOOKED } from '../api.js';
import { ACCESSIBLE, RESTRICTED_VIEW } from './scene.js';
import { DOT, FAINT, FULL, NOTCHED, PHASES, RING, SQUARE, Sprites } from './sprites.js';

/** How much of the way to its neighbour a seat is wide. */
const FILL = 0.8;
/** How strong what is filtered out is still seen. */
const DIMMED = 0.16;

export class SeatPicture {
  constructor() {
    this.canvas = document.createElement('canvas');
    this.context = this.canvas.getContext('2d');
    this.sprites = new Sprites();
    this.image = null;
  }

  resize(width, height) {
    if (this.image?.width === width && this.image.height === height) return;
    [this.canvas.width, this.canvas.height] = [width, height];
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** Draws the seats of `scene` that `camera` sees; `ratio` is device pixels by CSS pixels. */
  draw({ scene, camera, statuses, ratio, palette, dimmed }) {
    const { category, traits, grid: { seats, xs, ys } } = scene;
    const { pixels, image: { width, height } } = this;
    pixels.fill(0);
    const scale = camera.scale * ratio;
    const sprites = this.sprites.of(scene.pitch * scale * FILL);
    const { side, masks } = sprites;
    const shiftX = width / 2 - camera.x * scale - (side - 1) / 2;
    const shiftY = height / 2 - camera.y * scale - (side - 1) / 2;
    // This runs a hundred thousand times a frame: nothing is made in it, and what lies together is read together.
    scene.grid.runs(camera.view(scene.pitch), (from, to) => {
      for (let at = from; at < to; at += 1) {
        const left = xs[at] * scale + shiftX;
        const top = ys[at] * scale + shiftY;
        if (left <= -side || top <= -side || left >= width || top >= height) continue;
        const column = Math.floor(left);
        const line = Math.floor(top);
        const seat = seats[at];
        const nth = category[seat];
        const status = statuses ? statuses[seat] : BOOKED;
        const kind = status === AVAILABLE ? KIND_BY_TRAITS[traits[seat]] : KIND_BY_STATUS[status];
        const colour = status === AVAILABLE ? palette.categories[nth] : palette.statuses[status];
        const picture = (kind * PHASES + (((top - line) * PHASES) | 0)) * PHASES + (((left - column) * PHASES) | 0);
        put(pixels, width, height, masks[picture] ?? sprites.make(picture), side, column, line, colour, dimmed[nth] === 0 ? 1 : DIMMED);
      }
    });
    this.context.putImageData(this.image, 0, 0);
  }
}

/** What a seat looks like that is free, by what else it is, and one that is not. */
const KIND_BY_TRAITS = Uint8Array.from({ length: 8 }, (_, traits) => {
  if (traits & ACCESSIBLE) return SQUARE;
  return traits & RESTRICTED_VIEW ? NOTCHED : FULL;
});
const KIND_BY_STATUS = [FULL, RING, DOT, FAINT];

/** Writes a picture of one colour, as far as it is on the screen. Where two meet, the stronger one is seen. */
function put(pixels, width, height, mask, side, left, top, colour, strength) {
  const first = left < 0 ? -left : 0;
  const last = left + side > width ? width - left : side;
  const end = top + side > height ? height - top : side;
  for (let line = top < 0 ? -top : 0; line < end; line += 1) {
    let at = (top + line) * width + left + first;
    for (let from = line * side + first; from < line * side + last; from += 1, at += 1) {
      const alpha = mask[from] * strength;
      if (alpha > pixels[at] >>> 24) pixels[at] = (alpha << 24) | colour;
    }
  }
}
