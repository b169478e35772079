// A picture of the house as one camera sees it. It is made bit by bit, so that the page is never busy for long, and what
// changes afterwards is painted into it.

import { drawHouse } from './house.js';
import { SeatPainter } from './seats.js';

/** So many lines of pixels are read at once. */
const LINES_AT_ONCE = 64;

export class Picture {
  constructor() {
    this.canvas = document.createElement('canvas');
    // Pixels are read and written all the time: they belong where the page can reach them, not on a graphics card.
    this.context = this.canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    this.camera = null;
    /** The view's edition that it shows; what is of an older one is of no use. */
    this.edition = -1;
    this.isDone = false;
  }

  /** Begins a picture of what `camera` sees now, as large as the view's canvas. */
  begin(view, camera) {
    this.camera = camera.copy();
    this.edition = view.edition;
    this.isDone = false;
    /** Seats that changed since they were painted. */
    this.missed = new Set();
    this.steps = this.make(view);
  }

  /** Goes on until it is done, or the clock of the page is past `until`. */
  work(until = Infinity) {
    while (!this.isDone && performance.now() < until) this.isDone = this.steps.next().done;
  }

  /** Makes the picture; each step takes a moment. */
  *make(view) {
    this.resize(view.canvas);
    const { context, image, image: { width, height } } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = view.palette.paper;
    context.fillRect(0, 0, width, height);
    context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    for (const _ of drawHouse(context, this.camera, view)) {
      // Browsers put drawing off until it is looked at: without this, all of it would be one long step.
      context.getImageData(0, 0, 1, 1);
      yield;
    }
    yield* this.read();
    this.painter = new SeatPainter(view, this.camera, image);
    const all = { left: 0, right: width, top: 0, bottom: height };
    for (const run of this.painter.runs(all)) {
      this.painter.paint(run, all);
      yield;
    }
    context.putImageData(image, 0, 0);
    this.repaint(this.missed);
  }

  resize({ width, height }) {
    if (this.image?.width === width && this.image.height === height) return;
    [this.canvas.width, this.canvas.height] = [width, height];
    /** The picture, and what of it lies beneath the seats. */
    this.image = this.context.createImageData(width, height);
    this.ground = new Uint32Array(width * height);
  }

  /** Reads what has been drawn so far. */
  *read() {
    const { context, image: { data, width, height }, ground } = this;
    for (let top = 0; top < height; top += LINES_AT_ONCE) {
      const lines = context.getImageData(0, top, width, Math.min(LINES_AT_ONCE, height - top));
      ground.set(new Uint32Array(lines.data.buffer), top * width);
      data.set(lines.data, 4 * top * width);
      yield;
    }
  }

  /** These seats are something else than they were. */
  changed(view, seats) {
    if (this.edition !== view.edition) return;
    if (this.isDone) this.repaint(seats);
    else for (const seat of seats) this.missed.add(seat);
  }

  repaint(seats) {
    const { ground, painter, painter: { pixels, width } } = this;
    for (const seat of seats) {
      const box = painter.boxOf(seat);
      if (box.left >= box.right || box.top >= box.bottom) continue;
      for (let line = box.top * width; line < box.bottom * width; line += width) {
        pixels.set(ground.subarray(line + box.left, line + box.right), line + box.left);
      }
      for (const run of painter.runs(box)) painter.paint(run, box);
      this.context.putImageData(this.image, 0, 0, box.left, box.top, box.right - box.left, box.bottom - box.top);
    }
  }

  /** Whether this is, to the pixel, what `camera` sees. */
  shows(view, camera) {
    return this.isDone && this.edition === view.edition && this.camera.isAt(camera);
  }

  /** Draws it where it lies for another camera. */
  drawFor(context, camera) {
    const [x, y] = camera.toScreen(...this.camera.toHouse(0, 0));
    const factor = camera.scale / this.camera.scale;
    context.drawImage(this.canvas, x, y, this.camera.width * factor, this.camera.height * factor);
  }
}
