// A hold or booking by its id: who has it, and for a booking what can be done with its seats.

import { byId, element, say } from '../dom.js';
import { moment } from '../words.js';

export class Booking {
  constructor(api, attempt) {
    Object.assign(this, { api, attempt });
    byId('look').onsubmit = (submitted) => {
      submitted.preventDefault();
      this.attempt(() => this.look(new FormData(byId('look')).get('id')));
    };
    byId('export').onclick = () => this.attempt(() => this.export(byId('event').value));
  }

  /** A booking answers under both names; what is only held, under one. */
  async look(id) {
    byId('found').replaceChildren();
    const found = await this.api.booking(id).catch((failure) => {
      if (failure.status === 404 || failure.status === 409) return this.api.get(`/v1/holds/${id}`);
      throw failure;
    });
    this.show(found);
  }

  show(hold) {
    const facts = {
      State: hold.state,
      Event: hold.event,
      User: hold.user,
      Order: hold.order,
      Began: moment(hold.began),
      Booked: hold.booked_at && moment(hold.booked_at),
    };
    const told = Object.entries(facts)
      .filter(([, value]) => value)
      .flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, value)]);
    const isBooked = hold.state === 'booked';
    const boxes = hold.seats.map((seat) =>
      element('label', {}, [isBooked ? element('input', { type: 'checkbox', value: seat }) : '', seat]),
    );
    byId('found').replaceChildren(
      element('dl', { class: 'facts' }, told),
      element('fieldset', { class: 'fields' }, [element('legend', {}, 'Seats'), ...boxes]),
      ...(isBooked ? this.tools(hold, boxes) : []),
    );
    say(`${hold.state}, ${hold.seats.join(', ')}`);
  }

  tools({ id, seats }, boxes) {
    const marked = () =>
      boxes
        .map((box) => box.querySelector('input'))
        .filter((box) => box.checked)
        .map((box) => box.value);
    const to = element('input', { placeholder: 'Stalls/A/3, Stalls/A/4' });
    const cancel = () => {
      const some = marked();
      const isAll = some.length === 0 || some.length === seats.length;
      if (!confirm(isAll ? 'Cancel the whole booking?' : `Cancel ${some.join(', ')}?`)) return;
      this.attempt(async () => this.show(await this.api.cancel(id, isAll ? null : some)));
    };
    const move = () =>
      this.attempt(async () => {
        const goals = to.value
          .split(',')
          .map((seat) => seat.trim())
          .filter(Boolean);
        const from = marked();
        this.show(await this.api.move(id, from.length > 0 ? from : seats, goals));
      });
    return [
      element('div', { class: 'fields' }, [
        element('button', { type: 'button', onclick: cancel }, 'Cancel marked, or all'),
        element('label', {}, ['Move to ', to]),
        element('button', { type: 'button', onclick: move }, 'Move'),
      ]),
    ];
  }

  async export(event) {
    const url = URL.createObjectURL(await this.api.bookings(event));
    element('a', { href: url, download: `${event}-bookings.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    say('The bookings are exported.');
  }
}
