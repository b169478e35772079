// Which part of the house is on the screen.

/** How large a seat can get, in pixels from neighbour to neighbour. */
const PITCH_MAX = 56;

export class Camera {
  constructor() {
    this.x = 0;
    this.y = 0;
    this.scale = 1;
    this.width = 1;
    this.height = 1;
    this.bounds = { left: 0, right: 1, top: 0, bottom: 1 };
    this.pitch = 1;
  }

  /** What there is to be seen. */
  look(bounds, pitch) {
    const margin = 1.5 * pitch;
    this.bounds = {
      left: bounds.left - margin, right: bounds.right + margin, top: bounds.top - margin, bottom: bounds.bottom + margin,
    };
    this.pitch = pitch;
    this.fit();
  }

  /** The size of the screen, in CSS pixels. What was in the middle stays there, and all stays all. */
  resize(width, height) {
    const wasWhole = this.isWhole();
    this.width = Math.max(width, 1);
    this.height = Math.max(height, 1);
    if (wasWhole) this.fit();
    else this.settle();
  }

  /** The scale at which all of it is on the screen. */
  get least() {
    const { left, right, top, bottom } = this.bounds;
    return Math.min(this.width / (right - left), this.height / (bottom - top), this.most);
  }

  get most() {
    return PITCH_MAX / this.pitch;
  }

  isWhole() {
    return this.scale <= this.least * 1.001;
  }

  fit() {
    const { left, right, top, bottom } = this.bounds;
    this.scale = this.least;
    this.x = (left + right) / 2;
    this.y = (top + bottom) / 2;
  }

  copy() {
    return Object.assign(new Camera(), this);
  }

  /** The camera that sees all of it. */
  whole() {
    const camera = this.copy();
    camera.fit();
    return camera;
  }

  /** Whether another sees the same, to less than can be seen. */
  isAt({ x, y, scale }) {
    const slack = 0.02 / scale;
    return Math.abs(this.x - x) < slack && Math.abs(this.y - y) < slack && Math.abs(this.scale / scale - 1) < 1e-6;
  }

  /** Zooms by a factor; the point of the house at this place of the screen stays where it is. */
  zoom(factor, screenX = this.width / 2, screenY = this.height / 2) {
    const [x, y] = this.toHouse(screenX, screenY);
    this.scale = Math.min(Math.max(this.scale * factor, this.least), this.most);
    this.x = x - (screenX - this.width / 2) / this.scale;
    this.y = y - (screenY - this.height / 2) / this.scale;
    this.settle();
  }

  /** Moves the house by so many pixels. */
  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
    this.settle();
  }

  /** Where the camera has to be to show a box, at most as near as `scaleMax`. */
  goalFor({ left, right, top, bottom }, scaleMax = this.most) {
    const scale = Math.min(this.width / (right - left || 1e-6), this.height / (bottom - top || 1e-6), scaleMax);
    return { x: (left + right) / 2, y: (top + bottom) / 2, scale: Math.max(scale, this.least) };
  }

  /** Keeps the house on the screen. */
  settle() {
    const { left, right, top, bottom } = this.bounds;
    this.scale = Math.min(Math.max(this.scale, this.least), this.most);
    this.x = kept(this.x, left, right, this.width / this.scale);
    this.y = kept(this.y, top, bottom, this.height / this.scale);
  }

  toHouse(screenX, screenY) {
    return [this.x + (screenX - this.width / 2) / this.scale, this.y + (screenY - this.height / 2) / this.scale];
  }

  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (y - this.y) * this.scale + this.height / 2];
  }

  /** The part of the house that is on the screen, and a margin around it. */
  view(margin = 0) {
    const [left, top] = this.toHouse(0, 0);
    const [right, bottom] = this.toHouse(this.width, this.height);
    return { left: left - margin, right: right + margin, top: top - margin, bottom: bottom + margin };
  }
}

/** The middle of a view of this length, so that it shows as much as there is between two ends. */
function kept(middle, from, to, length) {
  const slack = (to - from - length) / 2;
  const centre = (from + to) / 2;
  return slack <= 0 ? centre : Math.min(Math.max(middle, centre - slack), centre + slack);
}
