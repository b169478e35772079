// All seats in one picture, written pixel by pixel.

import { AVAILABLE, BOOKED, HELD } from '../api.js';
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
    const { x, y, category, traits, grid } = scene;
    const { pixels, image: { width, height } } = this;
    pixels.fill(0);
    const scale = camera.scale * ratio;
    const sprites = this.sprites.of(scene.pitch * scale * FILL);
    const { side } = sprites;
    const [shiftX, shiftY] = [width / 2 - camera.x * scale - (side - 1) / 2, height / 2 - camera.y * scale - (side - 1) / 2];
    grid.runs(camera.view(scene.pitch), (from, to) => {
      for (let at = from; at < to; at += 1) {
        const seat = grid.seats[at];
        const [left, top] = [x[seat] * scale + shiftX, y[seat] * scale + shiftY];
        const [column, line] = [Math.floor(left), Math.floor(top)];
        if (column <= -side || line <= -side || column >= width || line >= height) continue;
        const status = statuses ? statuses[seat] : BOOKED;
        const kind = kindOf(status, traits[seat]);
        const colour = status === AVAILABLE ? palette.categories[category[seat]] : palette.statuses[status];
        const mask = sprites.mask(kind, ((left - column) * PHASES) | 0, ((top - line) * PHASES) | 0);
        const strength = dimmed[category[seat]] ? DIMMED : 1;
        put(pixels, width, height, mask, side, column, line, colour, strength);
      }
    });
    this.context.putImageData(this.image, 0, 0);
  }
}

function kindOf(status, traits) {
  if (status === HELD) return RING;
  if (status === BOOKED) return DOT;
  if (status !== AVAILABLE) return FAINT;
  if (traits & ACCESSIBLE) return SQUARE;
  return traits & RESTRICTED_VIEW ? NOTCHED : FULL;
}

/** Writes a picture of one colour, as far as it is on the screen. Where two meet, the stronger one is seen. */
function put(pixels, width, height, mask, side, left, top, colour, strength) {
  const [first, last] = [left < 0 ? -left : 0, left + side > width ? width - left : side];
  const end = top + side > height ? height - top : side;
  for (let line = top < 0 ? -top : 0; line < end; line += 1) {
    let at = (top + line) * width + left + first;
    for (let from = line * side + first; from < line * side + last; from += 1, at += 1) {
      const alpha = mask[from] * strength;
      if (alpha > pixels[at] >>> 24) pixels[at] = (alpha << 24) | colour;
    }
  }
}
