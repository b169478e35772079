// A picture of the house as one camera sees it. It is made bit by bit, so that the page is never busy for long, and what
// changes afterwards is painted into it.

import { drawHouse } from './house.js';
import { SeatPainter } from './seats.js';

export class Picture {
  constructor() {
    this.canvas = document.createElement('canvas');
    // Pixels are read and written all the time: they belong where the page can reach them, not on a graphics card.
    this.context = this.canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    this.image = null;
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
    this.painter = null;
    /** Seats that changed since they were painted. */
    this.missed = new Set();
  }

  /** Goes on until it is done, or the clock of the page is past `until`. */
  work(view, until = Infinity) {
    if (!this.painter) this.prepare(view);
    while (this.at < this.runs.length) {
      if (performance.now() > until) return;
      this.painter.paint(this.runs[this.at], this.all);
      this.at += 1;
    }
    this.context.putImageData(this.image, 0, 0);
    this.isDone = true;
    this.repaint(this.missed);
  }

  /** Draws what lies beneath the seats, and finds the seats. */
  prepare(view) {
    const { canvas, context } = this;
    const { width, height } = view.canvas;
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = view.palette.paper;
    context.fillRect(0, 0, width, height);
    context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    drawHouse(context, this.camera, view);
    this.image = context.getImageData(0, 0, width, height);
    this.ground = new Uint32Array(this.image.data.buffer.slice(0));
    this.painter = new SeatPainter(view, this.camera, this.image);
    this.all = { left: 0, right: width, top: 0, bottom: height };
    this.runs = this.painter.runs(this.all);
    this.at = 0;
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
