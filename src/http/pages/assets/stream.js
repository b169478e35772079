// Live availability: a snapshot, and from then on what changes, for as long as the page is open.
//
// The rule is the one of `GET /v1/events/{event}/stream`: take a snapshot at `start` and at `reset`, and apply each delta
// whose `to` is greater than your position, in order. A connection that breaks is opened again after the last id that was
// seen, and goes on from there without a new snapshot. `fetch` is used rather than `EventSource`, which tells no status,
// gives up at some of them, sends no key, and does not notice a connection that has gone silent.

import { STATUSES, Problem, pause, problem } from './api.js';

/** The server says something at least every 15 seconds. What has been silent for longer is dead. */
const SILENCE_MAX_MS = 40_000;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 8_000;

export class Live {
  /**
   * `changed(seats)` is called with the numbers of the seats that are something else now, or with null for all of them;
   * `state(word)` with `live`, `lost`, and for good with `closed` or `gone`.
   */
  constructor(api, event, { changed, state }) {
    this.api = api;
    this.event = event;
    this.changed = changed;
    this.tell = state;
    /** A byte a seat. Null until the first snapshot is there. */
    this.statuses = null;
    this.position = 0;
    this.lastId = null;
    this.state = 'connecting';
    this.abort = null;
  }

  /** Follows the event until it is over or `stop` is called. Never fails: what goes wrong is mended, and told by `state`. */
  async follow() {
    // Back on the network: no need to wait for the next attempt.
    addEventListener('online', () => this.wake?.());
    addEventListener('offline', () => this.abort?.abort());
    for (let failures = 0; !this.isOver(); failures += 1) {
      const began = performance.now();
      const failure = await this.once().catch((failure) => failure);
      if (this.isOver()) return;
      this.become(overFor(failure) ?? 'lost');
      if (performance.now() - began > RETRY_MAX_MS) failures = 0;
      await this.wait(failures, failure);
    }
  }

  stop() {
    this.state = 'stopped';
    this.abort?.abort();
    this.wake?.();
  }

  /** One connection, from its opening to its end. */
  async once() {
    this.abort = new AbortController();
    const headers = { accept: 'text/event-stream' };
    if (this.lastId && this.statuses) headers['last-event-id'] = this.lastId;
    const url = `/v1/events/${encodeURIComponent(this.event)}/stream`;
    let alarm = setTimeout(() => this.abort.abort(), SILENCE_MAX_MS);
    try {
      const answer = await this.api.fetch(url, { headers, cache: 'no-store', signal: this.abort.signal });
      if (!answer.ok) throw await problem(answer);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      const events = new EventParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(alarm);
        alarm = setTimeout(() => this.abort.abort(), SILENCE_MAX_MS);
        for (const event of events.take(value)) await this.on(event);
      }
    } finally {
      clearTimeout(alarm);
      this.abort.abort();
    }
  }

  async on({ name, id, data }) {
    if (name === 'start' || name === 'reset') {
      const from = JSON.parse(data).position;
      if (name === 'reset' || !this.statuses || this.position < from) await this.look(from);
      this.become('live');
    } else if (name === 'seats') {
      this.apply(JSON.parse(data));
    } else if (name === 'closed') {
      this.become('closed');
    }
    if (id) this.lastId = id;
  }

  /** Takes a snapshot that is not older than `from`. */
  async look(from) {
    do {
      const { position, statuses } = await this.api.snapshot(this.event);
      this.position = position;
      this.statuses = statuses;
    } while (this.position < from && (await pause(RETRY_FIRST_MS), true));
    this.changed(null);
  }

  apply(delta) {
    if (delta.to <= this.position) return;
    const seats = [];
    STATUSES.forEach((word, status) => {
      for (const run of delta[word] ?? []) {
        const [first, last] = Array.isArray(run) ? run : [run, run];
        for (let seat = first; seat <= last; seat += 1) {
          if (this.statuses[seat] !== status) seats.push(seat);
          this.statuses[seat] = status;
        }
      }
    });
    this.position = delta.to;
    this.changed(seats);
  }

  isOver() {
    return ['closed', 'gone', 'stopped'].includes(this.state);
  }

  become(state) {
    if (this.state === state || this.state === 'stopped') return;
    this.state = state;
    this.tell(state);
  }

  /** Longer after each failure, and never all pages at the same moment. */
  async wait(failures, failure) {
    const longest = Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_MAX_MS);
    const asked = (failure?.retryAfter ?? 0) * 1000;
    const woken = new Promise((wake) => { this.wake = wake; });
    await Promise.race([pause(Math.max(asked, longest * (0.5 + Math.random() / 2))), woken]);
  }
}

/** Whether the answer means that there is nothing to follow any more. */
function overFor(failure) {
  if (!(failure instanceof Problem)) return null;
  return { 'event-closed': 'closed', 'unknown-event': 'gone' }[failure.kind] ?? null;
}

/** `text/event-stream`, in pieces as they arrive (HTML standard, section 9.2). */
export class EventParser {
  constructor() {
    this.unread = '';
  }

  /** The events that are complete with this piece. Comments, which keep the connection alive, are none. */
  take(piece) {
    const blocks = (this.unread + piece).split('\n\n');
    this.unread = blocks.pop();
    return blocks.map(parse).filter((event) => event.name);
  }
}

function parse(block) {
  const event = { name: '', id: '', data: '' };
  const fields = { event: 'name', id: 'id', data: 'data' };
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ');
    const field = fields[line.slice(0, colon)];
    if (field) event[field] = line.slice(colon + 2);
  }
  return event;
}
