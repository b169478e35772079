// What one buyer does at one event: chooses, holds, pays or lets go. Knows the rules of `/v1`, and nothing of the page.
//
//   choosing --reserve--> held --pay--> booked
//      ^                  |  ^
//      |                  +--+ add more, give single ones back
//      +--- release, or the deadline comes
//
// Seats are this buyer's alone from `held` on, until the deadline.

import { AVAILABLE, HELD, Problem, pause } from '../api.js';
import { Choice } from './choice.js';
import { keepKey, keptKey, user } from './kept.js';

/** Past the deadline the server is asked so often whether it agrees. */
const CHECK_MS = 500;

export class Shop {
  /** `changed()` is called after every change; `told(event)` when there is something to say about one. */
  constructor(api, event, scene, { changed, told }) {
    Object.assign(this, { api, event, scene, changed, told });
    this.phase = 'choosing';
    this.isBusy = false;
    /** What comes next: into a hold, or into the one that there is. */
    this.choice = new Choice();
    /** Seats that somebody else was faster at. */
    this.inTheWay = new Set();
    /** The hold as the server last told it, and its secret. */
    this.hold = null;
    this.key = null;
    this.until = 0;
    this.statuses = null;
  }

  get seats() {
    return this.choice.seats;
  }

  get places() {
    return this.choice.places;
  }

  /** How many seats and places are chosen. */
  get quantity() {
    return this.choice.quantity;
  }

  /** How many are reserved. */
  get reserved() {
    return this.hold ? this.hold.areas.reduce((sum, { quantity }) => sum + quantity, this.hold.seats.length) : 0;
  }

  /** Whether seats can be chosen: for a hold, or for one that is alive. */
  get mayChoose() {
    return this.phase !== 'booked' && !this.obstacle;
  }

  get seatsMax() {
    return this.event.rules.hold_seats_max;
  }

  /** Seconds until the deadline. */
  get secondsLeft() {
    return Math.max(0, (this.until - Date.now()) / 1000);
  }

  /** Whether seats can be held here and now, and if not why: null, `closed`, `paused`, `early`, `late` or `elsewhere`. */
  get obstacle() {
    const { state, may_hold: mayHold, rules: { opens, closes } } = this.event;
    if (state !== 'open') return state;
    if (opens && Date.now() < Date.parse(opens)) return 'early';
    if (closes && Date.now() >= Date.parse(closes)) return 'late';
    return mayHold ? null : 'elsewhere';
  }

  /** Chooses a seat, or lets it go again. */
  toggle(seat) {
    if (!this.mayChoose || this.isBusy) return;
    if (this.seats.delete(seat)) {
      this.told({ what: 'left', seat });
    } else if (this.mine.includes(seat)) {
      this.told({ what: 'mine', seat });
    } else if (this.statuses?.[seat] !== AVAILABLE) {
      this.told({ what: 'unavailable', seat });
    } else if (!this.hasRoomFor(1)) {
      this.told({ what: 'enough' });
    } else {
      this.seats.add(seat);
      this.told({ what: 'chosen', seat });
    }
    this.inTheWay.clear();
    this.changed();
  }

  /** So many more or fewer places of an area. */
  addPlaces(area, more) {
    if (!this.mayChoose || this.isBusy) return;
    if (!this.hasRoomFor(more)) {
      this.told({ what: 'enough' });
      return;
    }
    this.told({ what: 'places', area, quantity: this.choice.addPlaces(area, more) });
    this.changed();
  }

  hasRoomFor(more) {
    return more < 0 || this.reserved + this.quantity + more <= this.seatsMax;
  }

  /** Holds what was chosen: all of it, or nothing. */
  reserve() {
    return this.take(this.choice.named(this.scene));
  }

  /** Adds what was chosen to the hold: all of it, or nothing. It has the deadline that the hold has. */
  add() {
    if (this.quantity === 0) return undefined;
    return this.attempt(async () => {
      const before = this.mine;
      this.heard(await this.api.add(this.key, this.choice.named(this.scene)));
      const { quantity } = this;
      this.choice.clear();
      this.told({ what: 'added', seats: this.mine.filter((seat) => !before.includes(seat)), quantity });
    });
  }

  /** Gives a seat of the hold back. Whoever gives the last one back has no hold any more. */
  giveBackSeat(seat) {
    return this.giveBack({ seats: [this.scene.label(seat)] }, { seat });
  }

  /** Gives a place in an area back. */
  giveBackPlace(area) {
    return this.giveBack({ areas: [{ area: area.name, quantity: 1 }] }, { area });
  }

  giveBack(part, given) {
    return this.attempt(async () => {
      this.heard(await this.api.giveBack(this.key, part));
      this.told(this.phase === 'held' ? { what: 'given-back', ...given } : { what: 'released' });
    });
  }

  /** Holds the best that there are: `{quantity, categories, adjacent, accessible}`. */
  reserveBest(wish) {
    return this.take({ best: [wish] });
  }

  take(want) {
    return this.attempt(async () => {
      const hold = await this.api.hold(this.event.name, { user: user(), ...want });
      this.key = { id: hold.id, token: hold.token };
      keepKey(this.event.name, this.key);
      this.choice.clear();
      this.heard(hold);
      this.told({ what: 'held' });
    });
  }

  /** Moves the deadline to one TTL from now. */
  extend() {
    return this.attempt(async () => {
      this.heard(await this.api.extend(this.key));
      this.told({ what: 'extended' });
    });
  }

  /** A real shop would send the buyer to its payment provider between these two. The first gives the payment its time;
   * where it is refused because the hold is as long as it can be, there is time enough already. */
  pay() {
    return this.attempt(async () => {
      await this.api.pay(this.key).then((hold) => this.heard(hold), (problem) => {
        if (problem.kind !== 'at-longest') throw problem;
      });
      this.heard(await this.api.confirm(this.key));
      this.told({ what: 'booked' });
    });
  }

  release() {
    return this.attempt(async () => {
      this.heard(await this.api.release(this.key));
      this.told({ what: 'released' });
    });
  }

  /** After a booking: another one. */
  again() {
    this.forget();
    this.changed();
  }

  /** Takes up a hold that this tab had before it was reloaded. */
  async resume() {
    this.key = keptKey(this.event.name);
    await this.look();
  }

  /** Asks what the hold is now. */
  async look() {
    if (!this.key) return;
    const was = this.phase;
    try {
      const hold = await this.api.look(this.key);
      this.heard(hold);
      // Whoever gives his seats back himself is answered, and does not have to look.
      if (was === 'held' && hold.state === 'released') this.told({ what: 'withdrawn' });
    } catch (problem) {
      if (['unknown-hold', 'wrong-token'].includes(problem.kind)) this.lose();
    }
    this.changed();
  }

  /** What seats are has changed: these, or all for null. A chosen seat that is not free any more is told of. */
  see(statuses, seats = null) {
    this.statuses = statuses;
    const lost = [...this.seats].filter((seat) => statuses[seat] !== AVAILABLE);
    // While the answer to a reservation is on its way, the change may be this buyer's own.
    if (lost.length > 0 && !this.isBusy) {
      this.wayOf(lost);
      this.told({ what: 'taken', seats: lost });
      this.changed();
    }
    for (const seat of this.inTheWay) if (statuses[seat] === AVAILABLE) this.inTheWay.delete(seat);
    const isMine = this.phase === 'held' && this.mine.some((seat) => statuses[seat] !== HELD && (seats === null || seats.includes(seat)));
    if (isMine && !this.isBusy) this.look();
  }

  /** The clock goes on. Past the deadline the server is asked whether it agrees. */
  async tick() {
    if (this.phase !== 'held' || this.isBusy || this.secondsLeft > 0 || this.isChecking) return;
    this.isChecking = true;
    await pause(CHECK_MS);
    await this.look();
    this.isChecking = false;
  }

  /** The seats of the hold by number. */
  get mine() {
    return this.hold ? this.hold.seats.map((label) => this.scene.find(label)) : [];
  }

  async attempt(work) {
    if (this.isBusy) return;
    this.isBusy = true;
    this.changed();
    try {
      await work();
    } catch (problem) {
      this.failed(problem);
    } finally {
      this.isBusy = false;
      this.changed();
    }
  }

  failed(problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (['hold-ended', 'unknown-hold'].includes(problem.kind)) {
      this.lose();
    } else if (['seats-held', 'seats-taken'].includes(problem.kind)) {
      const seats = problem.seats.map(({ seat }) => this.scene.find(seat)).filter((seat) => seat >= 0);
      this.wayOf(seats);
      this.told({ what: 'refused', problem, seats });
    } else {
      this.told({ what: 'refused', problem, seats: [] });
    }
  }

  /** These seats are somebody else's. */
  wayOf(seats) {
    seats.forEach((seat) => this.seats.delete(seat));
    this.inTheWay = new Set(seats);
  }

  /** What the server says of the hold. */
  heard(hold) {
    this.hold = hold;
    this.until = Date.now() + hold.seconds_left * 1000;
    if (hold.state === 'held' || hold.state === 'paying') this.phase = 'held';
    else if (hold.state === 'booked') this.phase = 'booked';
    else if (hold.state === 'expired') this.lose();
    else this.forget();
  }

  /** The deadline has come. */
  lose() {
    this.forget();
    this.told({ what: 'lost' });
  }

  forget() {
    [this.hold, this.key, this.phase] = [null, null, 'choosing'];
    keepKey(this.event.name, null);
  }
}
