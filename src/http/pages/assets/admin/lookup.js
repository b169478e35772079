// Looks a hold or booking up, by its id or by a seat that it has.

import { byId, element, say } from '../dom.js';
import { Booking } from './booking.js';

const ID = /^[0-9a-f]{16}$/;
const STATUS_WORDS = { available: 'free', held: 'held', booked: 'booked', withheld: 'blocked' };

export class LookUp {
  /** `seats` are those of the map: where seats are selected that a booking can be moved to. */
  constructor(api, attempt, seats) {
    Object.assign(this, { api, attempt, seats });
    byId('look').onsubmit = (submitted) => {
      submitted.preventDefault();
      this.attempt(() => this.look(byId('look').elements.what.value.trim()));
    };
    byId('who').onclick = () => this.attempt(() => this.lookAtSelected());
    byId('export').onclick = () => this.attempt(() => this.export(byId('event').value));
  }

  async look(what) {
    byId('found').replaceChildren();
    if (ID.test(what)) this.show(await this.api.booking(what));
    else await this.lookAtSeat(what);
  }

  async lookAtSelected() {
    const [label] = this.seats.labels();
    byId('look').elements.what.value = label;
    await this.look(label);
    byId('found').scrollIntoView({ block: 'nearest' });
  }

  async lookAtSeat(label) {
    const event = byId('event').value;
    if (!event) throw new Error('There is no event whose seats could be looked up.');
    const { seat, status, reason, hold } = await this.api.seat(event, label);
    if (hold) {
      this.show(hold, seat);
      return;
    }
    const sentence = `${seat} is ${STATUS_WORDS[status]}${reason ? `: ${reason}` : '.'}`;
    byId('found').replaceChildren(element('p', {}, sentence));
    say(sentence);
  }

  show(hold, seat = null) {
    new Booking(this, hold, seat).show();
  }

  async export(event) {
    if (!event) throw new Error('There is no event whose bookings could be exported.');
    const url = URL.createObjectURL(await this.api.bookings(event));
    element('a', { href: url, download: `${event}-bookings.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    say('The bookings are exported.');
  }
}
