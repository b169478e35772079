// What an operator asks of the API beyond what buyers do. The key lives in this object and nowhere else.

import { Api, problem } from '../api.js';

/** Seats that one request may name. */
const SEATS_MAX = 64;

export class AdminApi extends Api {
  /** Fails unless the key, or its absence, is good for everything. Of no event there are no bookings: nothing is read. */
  async probe() {
    const answer = await this.fetch('/v1/events/-/bookings', { cache: 'no-store' });
    if (answer.status !== 404 && !answer.ok) throw await problem(answer);
  }

  change(name, rules) {
    return this.put(`/v1/events/${encodeURIComponent(name)}`, JSON.stringify(rules));
  }

  putChart(name, text, type) {
    return this.put(`/v1/charts/${encodeURIComponent(name)}`, text, type);
  }

  /** A hold or a booking. */
  booking(id) {
    return this.get(`/v1/bookings/${id}`);
  }

  /** What a seat is, and the hold or booking that has it. */
  seat(event, label) {
    return this.get(`/v1/events/${encodeURIComponent(event)}/seat?label=${encodeURIComponent(label)}`);
  }

  /** Gives a hold back whose token somebody else has. */
  revoke(id) {
    return this.post(`/v1/holds/${id}/revoke`, {});
  }

  /** Cancels a part of a booking, `{seats, areas}`, or all of it. */
  cancel(id, part = {}) {
    return this.post(`/v1/bookings/${id}/cancel`, part);
  }

  /** Moves a part of a booking to as many other seats. */
  move(id, { seats, areas }, to) {
    return this.post(`/v1/bookings/${id}/move`, { from: seats, from_areas: areas, to });
  }

  /** Blocks or unblocks seats, so many at a time as a request may name; `done(count)` after each. */
  async keep(action, event, seats, extra, done) {
    for (let from = 0; from < seats.length; from += SEATS_MAX) {
      const some = seats.slice(from, from + SEATS_MAX);
      await this.post(`/v1/events/${encodeURIComponent(event)}/${action}`, { seats: some, ...extra });
      done(from + some.length);
    }
  }

  async bookings(event) {
    const answer = await this.fetch(`/v1/events/${encodeURIComponent(event)}/bookings`, { cache: 'no-store' });
    if (!answer.ok) throw await problem(answer);
    return answer.blob();
  }

  /** The nodes and shards of a cluster. Where a server is alone there are none. */
  cluster() {
    return this.get('/v1/cluster');
  }

  async metrics() {
    const answer = await this.fetch('/metrics', { cache: 'no-store' });
    if (!answer.ok) throw await problem(answer);
    return answer.text();
  }

  async put(url, body, type = 'application/json') {
    const answer = await this.fetch(url, { method: 'PUT', headers: { 'content-type': type }, body });
    if (!answer.ok) throw await problem(answer);
    return answer.json();
  }
}
