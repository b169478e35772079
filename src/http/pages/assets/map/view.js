// The map on the screen: draws a scene with what its seats are, and lets people move it and point at seats.

import { AVAILABLE } from '../api.js';
import { count } from '../words.js';
import { Album } from './album.js';
import { Camera } from './camera.js';
import { listen } from './gestures.js';
import { drawAreas, drawMark, drawRing, drawSectionNames } from './marks.js';
import { paletteFor } from './palette.js';
import { Signs } from './signs.js';
import { Sprites } from './sprites.js';

const GLIDE_MS = 260;
/** More device pixels than this to a CSS pixel nobody sees in a map, and each costs time. */
const RATIO_MAX = 2;
/** Nor more pixels than this in all, as several pictures of them are kept. */
const PIXELS_MAX = 5_000_000;
const MEASURES_KEPT = 600;
/** Where more seats than this have changed, all are painted. */
const REPAINTED_MAX = 5_000;

export class SeatMap {
  /**
   * Draws into `canvas`. `pick(seat, area, event)` is called at a tap, with -1 or null where there is none;
   * `boxed(seats)` at the end of a box that was drawn while `boxing`; `hovered(seat)` when the pointer comes to a seat.
   */
  constructor(canvas, { pick = () => {}, boxed = () => {}, hovered = () => {} } = {}) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d', { alpha: false });
    this.camera = new Camera();
    this.sprites = new Sprites();
    /** Grows when all seats may look different: pictures of an older one are made anew. */
    this.edition = 0;
    /** Seats that changed since the last frame. */
    this.stale = new Set();
    Object.assign(this, { pick, boxed, hovered });
    this.scene = null;
    /** A byte a seat, as `Live` has them; shared, not copied. */
    this.statuses = null;
    /** By category: whether it is filtered out, see `dim`. */
    this.dimmed = new Uint8Array(256);
    this.chosen = new Set();
    this.mine = new Set();
    this.inTheWay = new Set();
    /** Areas by name: drawn with a strong edge. */
    this.chosenAreas = new Set();
    this.focused = -1;
    this.over = -1;
    this.boxing = false;
    this.box = null;
    this.glide = null;
    this.freeInAreas = new Map();
    // Without anything on it, it would be black.
    canvas.style.visibility = 'hidden';
    listen(canvas, this);
    new ResizeObserver(() => this.resize()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.recolour());
  }

  /** Shows a house, all of it. */
  show(scene) {
    this.scene = scene;
    this.album = new Album();
    this.paintWith(paletteFor(this.canvas, scene));
    this.camera.look(scene.bounds, scene.pitch);
    this.canvas.style.visibility = '';
    this.resize();
  }

  /** What seats are has changed: these, or all for null. */
  changed(statuses, seats = null) {
    this.statuses = statuses;
    if (seats === null || seats.some((seat) => seat >= this.scene.numbered)) this.freeInAreas.clear();
    for (const seat of seats ?? []) if (seat < this.scene.numbered) this.stale.add(seat);
    // A page that nobody looks at draws no frames: what it misses must not pile up.
    if (seats === null || this.stale.size > REPAINTED_MAX) this.repaint();
    this.redraw();
  }

  /** Leaves categories pale: those for whose number `isDimmed` says so. */
  dim(isDimmed) {
    this.dimmed.forEach((_, nth) => { this.dimmed[nth] = Number(isDimmed(nth)); });
    this.repaint();
  }

  /** Makes all pictures anew. */
  repaint() {
    this.edition += 1;
    /** Names of sections, drawn. */
    this.tags = new Map();
    this.stale.clear();
    this.redraw();
  }

  /** Draws in the next frame. */
  redraw() {
    if (!this.scene || this.frame) return;
    this.frame = requestAnimationFrame((now) => {
      this.frame = null;
      this.step(now);
      this.paint();
    });
  }

  recolour() {
    if (this.scene) this.paintWith(paletteFor(this.canvas, this.scene));
  }

  paintWith(palette) {
    this.palette = palette;
    this.signs = new Signs(palette.font);
    this.repaint();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.ratio = Math.min(devicePixelRatio || 1, RATIO_MAX, Math.sqrt(PIXELS_MAX / Math.max(clientWidth * clientHeight, 1)));
    const [width, height] = [clientWidth, clientHeight].map((side) => Math.max(1, Math.round(side * this.ratio)));
    if (this.canvas.width !== width || this.canvas.height !== height) {
      [this.canvas.width, this.canvas.height] = [width, height];
      this.repaint();
    }
    this.camera.resize(clientWidth, clientHeight);
    this.redraw();
  }

  paint() {
    const began = performance.now();
    const { context, scene, album } = this;
    album.changed(this, this.stale);
    this.stale.clear();
    const isSharp = album.draw(context, this);
    context.lineCap = context.lineJoin = 'round';
    drawAreas(context, this, (area) => `${count(this.free(area))} free`);
    drawSectionNames(context, this);
    for (const [seats, look] of [[this.chosen, 'chosen'], [this.mine, 'mine'], [this.inTheWay, 'inTheWay']]) {
      for (const seat of seats) if (seat < scene.numbered) drawMark(context, this, seat, look);
    }
    if (this.over >= 0) drawRing(context, this, this.over, false);
    if (this.focused >= 0) drawRing(context, this, this.focused, true);
    if (this.box) this.drawBox();
    if (!isSharp) this.redraw();
    this.measure(began);
  }

  /** Puts each picture on the page's own timeline, where whoever wants to know how smooth it is finds them. */
  measure(began) {
    if (!this.painted) {
      this.painted = 0;
      performance.mark('first-picture');
    }
    this.painted += 1;
    performance.measure('picture', { start: began });
    if (this.painted % MEASURES_KEPT === 0) performance.clearMeasures('picture');
  }

  /** How many places of an area are free. */
  free(area) {
    if (!this.statuses) return 0;
    let free = this.freeInAreas.get(area);
    if (free === undefined) {
      free = this.statuses.subarray(area.first, area.first + area.capacity).reduce((sum, status) => sum + (status === AVAILABLE), 0);
      this.freeInAreas.set(area, free);
    }
    return free;
  }

  // --- what people do with it

  pan(dx, dy) {
    this.glide = null;
    this.camera.pan(dx, dy);
    this.redraw();
  }

  zoom(factor, x, y) {
    this.glide = null;
    this.camera.zoom(factor, x, y);
    this.redraw();
  }

  glideZoom(factor, screenX = this.camera.width / 2, screenY = this.camera.height / 2) {
    const { camera } = this;
    const before = { x: camera.x, y: camera.y, scale: camera.scale };
    camera.zoom(factor, screenX, screenY);
    const goal = { x: camera.x, y: camera.y, scale: camera.scale };
    Object.assign(camera, before);
    this.glideTo(goal);
  }

  glideHome() {
    this.glideTo(this.camera.goalFor(this.camera.bounds));
  }

  /** Brings seats into view, near enough to be read. */
  glideToSeats(seats) {
    const { scene, camera } = this;
    const places = [...seats].filter((seat) => seat < scene.numbered).map((seat) => [scene.x[seat], scene.y[seat]]);
    if (places.length === 0) return;
    const margin = 4 * scene.pitch;
    const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
    const box = { left: Math.min(...xs) - margin, right: Math.max(...xs) + margin, top: Math.min(...ys) - margin, bottom: Math.max(...ys) + margin };
    this.glideTo(camera.goalFor(box, 30 / scene.pitch));
  }

  /** Moves the camera there in a moment, or at once for who wants no motion. */
  glideTo(goal) {
    const { camera } = this;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      Object.assign(camera, goal);
      camera.settle();
    } else {
      this.glide = { from: { x: camera.x, y: camera.y, scale: camera.scale }, goal, began: performance.now() };
    }
    this.redraw();
  }

  step(now) {
    if (!this.glide) return;
    const { from, goal, began } = this.glide;
    const done = Math.min(Math.max((now - began) / GLIDE_MS, 0), 1);
    const eased = 1 - (1 - done) ** 3;
    const scale = from.scale * (goal.scale / from.scale) ** eased;
    // The place moves as the scale does, so that the goal of a zoom stays under the pointer.
    const share = goal.scale === from.scale ? eased : (1 / from.scale - 1 / scale) / (1 / from.scale - 1 / goal.scale);
    Object.assign(this.camera, { scale, x: from.x + (goal.x - from.x) * share, y: from.y + (goal.y - from.y) * share });
    this.camera.settle();
    if (done === 1) this.glide = null;
    else this.redraw();
  }

  /** The seat under a place of the screen, or -1: a finger is not a needle. */
  seatAt(screenX, screenY, slack = 6) {
    if (!this.scene) return -1;
    const [x, y] = this.camera.toHouse(screenX, screenY);
    return this.scene.grid.nearest(x, y, Math.max(this.scene.pitch * 0.5, slack / this.camera.scale));
  }

  areaAt(screenX, screenY) {
    const [x, y] = this.camera.toHouse(screenX, screenY);
    const isIn = ({ box }) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
    return this.scene?.areas.find(isIn) ?? null;
  }

  tap(x, y, event) {
    const seat = this.seatAt(x, y, event.pointerType === 'touch' ? 14 : 5);
    this.pick(seat, seat < 0 ? this.areaAt(x, y) : null, { x, y, event });
  }

  hover(x, y) {
    const seat = x === null || !this.scene ? -1 : this.seatAt(x, y, 0);
    if (seat === this.over) return;
    this.over = seat;
    this.canvas.style.cursor = seat >= 0 ? 'pointer' : '';
    this.hovered(seat);
    this.redraw();
  }

  showBox(from, to) {
    this.box = { left: Math.min(from[0], to[0]), right: Math.max(from[0], to[0]), top: Math.min(from[1], to[1]), bottom: Math.max(from[1], to[1]) };
    this.redraw();
  }

  endBox(isMeant) {
    const { box, camera, scene } = this;
    this.box = null;
    this.redraw();
    if (!isMeant || !box || !scene) return;
    const [left, top] = camera.toHouse(box.left, box.top);
    const [right, bottom] = camera.toHouse(box.right, box.bottom);
    this.boxed(scene.grid.within({ left, right, top, bottom }));
  }

  drawBox() {
    const { context, box, palette } = this;
    context.globalAlpha = 0.16;
    context.fillStyle = palette.accent;
    context.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.globalAlpha = 1;
    context.strokeStyle = palette.accent;
    context.lineWidth = 1.5;
    context.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  }
}
