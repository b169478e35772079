// What is written on seats: their numbers, as small pictures of coverage like the seats themselves.

/** Stands for the sign of a seat for a wheelchair. */
export const WHEELCHAIR = '\u267f';

/** How high a number is and how wide it can be, in distances of neighbours. */
const [HEIGHT, WIDTH_MAX] = [0.34, 0.72];
/** Each size is so much larger than the one before: a number that is a tenth too small for its seat nobody sees, and each
 * size costs time. */
const STEP = 1.12;
/** In each size. */
const SIGNS_KEPT = 2_000;

export class Signs {
  constructor(font) {
    this.font = font;
    this.made = new Map();
  }

  /** The signs for seats that are so many pixels apart. */
  of(apart) {
    const size = Math.floor(Math.log(apart) / Math.log(STEP));
    if (!this.made.has(size)) this.made.set(size, new SignSet(this.font, STEP ** (size + 0.5)));
    return this.made.get(size);
  }
}

class SignSet {
  constructor(font, apart) {
    Object.assign(this, { font, apart });
    this.side = Math.ceil(apart * 0.8);
    this.canvas = document.createElement('canvas');
    [this.canvas.width, this.canvas.height] = [this.side, this.side];
    this.context = this.canvas.getContext('2d', { willReadFrequently: true });
    this.signs = new Map();
  }

  /** `{mask, width, height}`: a byte of coverage for each pixel. */
  of(text) {
    let sign = this.signs.get(text);
    if (!sign) {
      if (this.signs.size === SIGNS_KEPT) this.signs.clear();
      sign = this.draw(text);
      this.signs.set(text, sign);
    }
    return sign;
  }

  draw(text) {
    const { context, side, apart } = this;
    context.clearRect(0, 0, side, side);
    if (text === WHEELCHAIR) wheelchair(context, side / 2, side / 2, apart * 0.5, '#000000');
    else this.write(text);
    const { data } = context.getImageData(0, 0, side, side);
    return { mask: Uint8Array.from({ length: side * side }, (_, at) => data[4 * at + 3]), width: side, height: side };
  }

  /** A number that is long is written smaller. */
  write(text) {
    const { context, side, apart } = this;
    const set = (size) => { context.font = `600 ${size}px ${this.font}`; };
    set(Math.round(apart * HEIGHT));
    const room = (apart * WIDTH_MAX) / context.measureText(text).width;
    if (room < 1) set(Math.floor(apart * HEIGHT * room));
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(text, side / 2, side / 2 + apart / 40);
  }
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
