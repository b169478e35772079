// The pictures that are kept, so that moving the map costs next to nothing: while the camera moves, what there is already is
// drawn larger, smaller or elsewhere, and a sharp picture of the new place is made between two frames and laid over it.

import { Picture } from './picture.js';

/** For so long a frame works at the next picture, while the camera moves and when it rests. What is left goes on in the next
 * frame. */
const [MOVING_MS, RESTING_MS] = [3, 8];
/** A picture that is drawn so much smaller than it was made looks like a patch on what is around it. */
const SMALLER_MAX = 1.5;

export class Album {
  constructor() {
    /** The whole house; the part that was last looked at; and the one that is being made. */
    [this.whole, this.near, this.next] = [new Picture(), new Picture(), new Picture()];
  }

  /** These seats are something else than they were. */
  changed(view, seats) {
    for (const picture of [this.whole, this.near, this.next]) picture.changed(view, seats);
  }

  /** Draws what the view's camera sees, as well as it is known by now. Says whether it is as sharp as it gets. */
  draw(context, view) {
    const { camera } = view;
    const whole = camera.whole();
    if (!this.whole.shows(view, whole)) {
      this.whole.begin(view, whole);
      this.whole.work();
    }
    const sharp = [this.whole, this.near].find((picture) => picture.shows(view, camera)) ?? this.develop(view);
    if (sharp) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(sharp.canvas, 0, 0);
      context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
      return true;
    }
    context.fillStyle = view.palette.paper;
    context.fillRect(0, 0, camera.width, camera.height);
    this.whole.drawFor(context, camera);
    if (this.near.isDone && this.near.camera.scale < camera.scale * SMALLER_MAX) this.near.drawFor(context, camera);
    return false;
  }

  /** Goes on with the next picture. Gives it once it is done, if the camera still is where it was. */
  develop(view) {
    const { camera } = view;
    const { next } = this;
    const rests = this.rests(camera);
    const isOfUse = !next.isDone && next.edition === view.edition && (!rests || next.camera.isAt(camera));
    if (!isOfUse) next.begin(view, camera);
    next.work(performance.now() + (rests ? RESTING_MS : MOVING_MS));
    if (!next.isDone) return null;
    [this.near, this.next] = [next, this.near];
    return next.shows(view, camera) ? next : null;
  }

  /** Whether the camera is where it was in the frame before. */
  rests(camera) {
    const rests = this.before?.isAt(camera) ?? false;
    this.before = camera.copy();
    return rests;
  }
}
