// Seats, written pixel by pixel into a picture.
//
// Whichever part of the picture is painted, it comes out as if all of it had been: so a seat that changes is painted anew
// alone, with what its neighbours have in its pixels.

import { AVAILABLE, BOOKED } from '../api.js';
import { ACCESSIBLE, COMPANION, RESTRICTED_VIEW } from './scene.js';
import { WHEELCHAIR } from './signs.js';
import { DOT, FAINT, FULL, NOTCHED, PHASES, RING, SQUARE } from './sprites.js';

/** How much of the way to its neighbour a seat is wide: from afar it takes all of it, or it would be too pale to be seen. */
const fill = (apart) => 0.8 + 0.3 * Math.min(Math.max((4 - apart) / 3, 0), 1);
/** How strong what is filtered out is still seen, of 256. */
const [DIMMED, PLAIN] = [41, 256];
/** From this many pixels of the screen between neighbours on, seats have numbers. */
const NUMBERS_FROM = 21;
const OPAQUE = 0xff000000;

export class SeatPainter {
  /** Paints the seats that `view` has into `image`, as `camera` sees them. */
  constructor(view, camera, image) {
    const { scene, ratio } = view;
    this.view = view;
    this.pixels = new Uint32Array(image.data.buffer);
    this.width = image.width;
    this.height = image.height;
    this.scale = camera.scale * ratio;
    this.apart = scene.pitch * this.scale;
    this.sprites = view.sprites.of(this.apart * fill(this.apart));
    this.shiftX = image.width / 2 - camera.x * this.scale;
    this.shiftY = image.height / 2 - camera.y * this.scale;
    this.signs = this.apart >= NUMBERS_FROM * ratio ? view.signs.of(this.apart) : null;
    /** How many pixels a seat takes around its middle. */
    this.reach = Math.ceil(Math.max(this.sprites.side, this.apart) / 2) + 1;
  }

  /** The pixels that a seat takes. */
  boxOf(seat) {
    const { scene } = this.view;
    const [x, y] = [scene.x[seat] * this.scale + this.shiftX, scene.y[seat] * this.scale + this.shiftY].map(Math.round);
    return {
      left: Math.max(x - this.reach, 0), right: Math.min(x + this.reach, this.width),
      top: Math.max(y - this.reach, 0), bottom: Math.min(y + this.reach, this.height),
    };
  }

  /** The pieces of the grid's seats that have pixels in a box: `[from, to]` each. */
  runs({ left, right, top, bottom }) {
    const { scale, shiftX, shiftY, reach } = this;
    const found = [];
    this.view.scene.grid.runs({
      left: (left - reach - shiftX) / scale, right: (right + reach - shiftX) / scale,
      top: (top - reach - shiftY) / scale, bottom: (bottom + reach - shiftY) / scale,
    }, (from, to) => found.push([from, to]));
    return found;
  }

  /** Paints the seats of a piece, as far as they are in a box. */
  paint([from, to], box) {
    const { scene: { category, traits, grid: { seats, xs, ys } }, statuses, palette, dimmed } = this.view;
    const { pixels, width, scale, signs, sprites, sprites: { side, masks } } = this;
    const shiftX = this.shiftX - (side - 1) / 2;
    const shiftY = this.shiftY - (side - 1) / 2;
    // This runs a hundred thousand times a picture: nothing is made in it, and what lies together is read together.
    for (let at = from; at < to; at += 1) {
      const left = xs[at] * scale + shiftX;
      const top = ys[at] * scale + shiftY;
      if (left <= box.left - side || top <= box.top - side || left >= box.right || top >= box.bottom) continue;
      const column = Math.floor(left);
      const line = Math.floor(top);
      const seat = seats[at];
      const nth = category[seat];
      const status = statuses ? statuses[seat] : BOOKED;
      const isFree = status === AVAILABLE;
      const kind = isFree ? KIND_BY_TRAITS[traits[seat]] : KIND_BY_STATUS[status];
      const colour = isFree ? palette.categories[nth] : palette.statuses[status];
      const picture = (kind * PHASES + (((top - line) * PHASES) | 0)) * PHASES + (((left - column) * PHASES) | 0);
      const mask = masks[picture] ?? sprites.make(picture);
      put(pixels, width, box, mask, side, side, column, line, colour, dimmed[nth] === 0 ? PLAIN : DIMMED);
      if (signs !== null && isFree && dimmed[nth] === 0) this.sign(seat, column, line, palette.inks[nth], box);
    }
  }

  /** Writes its number on a seat. */
  sign(seat, column, line, ink, box) {
    const { scene } = this.view;
    const traits = scene.traits[seat];
    const text = traits & ACCESSIBLE ? WHEELCHAIR : scene.ownLabel(seat) + (traits & COMPANION ? '+' : '');
    const { mask, width, height } = this.signs.of(text);
    const [left, top] = [column + ((this.sprites.side - width) >> 1), line + ((this.sprites.side - height) >> 1)];
    put(this.pixels, this.width, box, mask, width, height, left, top, ink, PLAIN);
  }
}

/** What a seat looks like that is free, by what else it is, and one that is not. */
const KIND_BY_TRAITS = Uint8Array.from({ length: 8 }, (_, traits) => {
  if (traits & ACCESSIBLE) return SQUARE;
  return traits & RESTRICTED_VIEW ? NOTCHED : FULL;
});
const KIND_BY_STATUS = [FULL, RING, DOT, FAINT];

/** Lays one colour over what is there, as much as `mask` says of each pixel, as far as it is in the box. */
function put(pixels, pixelsWidth, box, mask, width, height, left, top, colour, strength) {
  const first = left < box.left ? box.left - left : 0;
  const last = left + width > box.right ? box.right - left : width;
  const end = top + height > box.bottom ? box.bottom - top : height;
  const redAndBlue = colour & 0xff00ff;
  const green = colour & 0x00ff00;
  for (let line = top < box.top ? box.top - top : 0; line < end; line += 1) {
    let at = (top + line) * pixelsWidth + left + first;
    for (let from = line * width + first; from < line * width + last; from += 1, at += 1) {
      const share = (mask[from] * strength) >> 8;
      if (share === 0) continue;
      const over = share + (share >> 7);
      const rest = 256 - over;
      const under = pixels[at];
      pixels[at] = OPAQUE
        | (((Math.imul(under & 0xff00ff, rest) + Math.imul(redAndBlue, over)) >>> 8) & 0xff00ff)
        | (((Math.imul(under & 0x00ff00, rest) + Math.imul(green, over)) >>> 8) & 0x00ff00);
    }
  }
}
