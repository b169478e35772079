// A hold or booking that was looked up: who has it, and what can be done with its seats and places.

import { byId, element, say } from '../dom.js';
import { moment, spoken } from '../words.js';
import { question } from './question.js';

const STATES = {
  held: 'Held',
  paying: 'Being paid for',
  booked: 'Booked',
  released: 'Given back',
  expired: 'Expired',
  cancelled: 'Cancelled',
};
const LOOKS = { held: 'warn', paying: 'warn', booked: 'good' };

export class Booking {
  /** `desk` has looked it up; `seat` is the one that was asked for, if one was. */
  constructor(desk, hold, seat) {
    Object.assign(this, { desk, hold, seat });
    this.isBooked = hold.state === 'booked';
    this.isHeld = hold.state === 'held' || hold.state === 'paying';
    this.boxes = hold.seats.map((label) => element('input', { type: 'checkbox', value: label, checked: this.isBooked && label === seat }));
    this.quantities = hold.areas.map(({ quantity }) => element('input', { type: 'number', min: 0, max: quantity, value: 0 }));
  }

  show() {
    const { hold } = this;
    const card = element('article', { class: 'booking', 'aria-label': STATES[hold.state], tabindex: -1 }, [
      element('p', { class: 'booking-head' }, [
        element('span', { class: `badge ${LOOKS[hold.state] ?? ''}` }, STATES[hold.state]),
        element('code', {}, hold.id),
      ]),
      this.facts(),
      this.places(),
      ...(this.isBooked ? this.bookingTools() : []),
      ...(this.isHeld ? this.holdTools() : []),
    ]);
    byId('found').replaceChildren(card);
    say(`${STATES[hold.state]}: ${[...hold.seats, ...hold.areas.map(placesWord)].join(', ')}`);
  }

  facts() {
    const { hold } = this;
    const facts = {
      Event: hold.event,
      User: hold.user,
      Order: hold.order,
      Began: moment(hold.began),
      'Held until': this.isHeld && `${moment(hold.deadline)}, for ${spoken(hold.seconds_left)}`,
      Booked: hold.booked_at && moment(hold.booked_at),
      Ended: hold.ended_at && moment(hold.ended_at),
    };
    const told = Object.entries(facts).filter(([, value]) => value);
    return element('dl', { class: 'facts' }, told.flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, value)]));
  }

  /** Its seats, and its places in areas: of a booking, so that some can be marked. */
  places() {
    const seats = this.hold.seats.map((label, nth) =>
      this.isBooked
        ? element('label', { class: 'pill' }, [this.boxes[nth], label])
        : element('span', { class: label === this.seat ? 'pill asked' : 'pill' }, label),
    );
    const areas = this.hold.areas.map((area, nth) =>
      this.isBooked
        ? element('label', { class: 'pill' }, [`${area.area}: `, this.quantities[nth], ` of ${area.quantity}`])
        : element('span', { class: 'pill' }, placesWord(area)),
    );
    const legend = this.isBooked ? 'Mark what is to be cancelled or moved' : 'Seats';
    return element('fieldset', {}, [
      element('legend', { class: 'quiet small' }, legend),
      element('div', { class: 'pills' }, [...seats, ...areas]),
    ]);
  }

  /** What is marked, and whether that is anything, or everything. */
  marked() {
    const seats = this.boxes.filter((box) => box.checked).map((box) => box.value);
    const areas = this.hold.areas
      .map(({ area }, nth) => ({ area, quantity: Number(this.quantities[nth].value) || 0 }))
      .filter(({ quantity }) => quantity > 0);
    const count = seats.length + areas.reduce((sum, { quantity }) => sum + quantity, 0);
    const all = this.hold.seats.length + this.hold.areas.reduce((sum, { quantity }) => sum + quantity, 0);
    return { part: { seats, areas }, isNothing: count === 0, isAll: count === all };
  }

  holdTools() {
    const revoke = async () => {
      const title = 'Give this hold back?';
      const text = `Its seats can be had by others at once${this.hold.user ? `, and ${this.hold.user} is told that the hold has ended` : ''}.`;
      if (!(await question({ title, text, verb: 'Give it back' }))) return;
      this.become(await this.desk.api.revoke(this.hold.id));
    };
    return [element('div', { class: 'fields' }, this.button('Give it back', revoke))];
  }

  bookingTools() {
    const to = element('input', { name: 'to', spellcheck: false, autocapitalize: 'none' });
    const take = () => {
      to.value = this.desk.seats.labels().join(', ');
      to.focus();
    };
    return [
      element('form', { class: 'fields', onsubmit: (submitted) => this.submit(submitted, to) }, [
        element('label', { class: 'field grow' }, ['Move to ', to]),
        element('button', {}, 'Move'),
        element('button', { type: 'button', class: 'small-button', onclick: take }, 'Those selected on the map'),
      ]),
      element('div', { class: 'fields' }, [
        this.button('Cancel marked', () => this.cancelMarked()),
        this.button('Cancel all of it', () => this.cancel({}, 'the whole booking')),
      ]),
    ];
  }

  button(word, work) {
    return element('button', { type: 'button', class: 'small-button', onclick: () => this.desk.attempt(work) }, word);
  }

  submit(submitted, to) {
    submitted.preventDefault();
    this.desk.attempt(async () => {
      const { part, isNothing } = this.marked();
      const goals = to.value.split(',').map((label) => label.trim()).filter(Boolean);
      if (goals.length === 0) throw new Error('Say where the seats are to be moved to.');
      const all = { seats: this.hold.seats, areas: this.hold.areas };
      this.become(await this.desk.api.move(this.hold.id, isNothing ? all : part, goals));
    });
  }

  async cancelMarked() {
    const { part, isNothing, isAll } = this.marked();
    if (isNothing) throw new Error('Mark the seats that are to be cancelled.');
    const what = [...part.seats, ...part.areas.map(placesWord)].join(', ');
    await this.cancel(isAll ? {} : part, what);
  }

  async cancel(part, what) {
    const title = `Cancel ${what}?`;
    if (!(await question({ title, text: 'What is cancelled is free for others at once.', verb: 'Cancel it' }))) return;
    this.become(await this.desk.api.cancel(this.hold.id, part));
  }

  /** What it has become takes its place. */
  become(hold) {
    this.desk.show(hold);
    byId('found').firstElementChild.focus();
  }
}

const placesWord = ({ area, quantity }) => `${area}: ${quantity === 1 ? '1 place' : `${quantity} places`}`;
