// A client of Seatlock's API: what a shop needs of `/v1`, and how to ask for it so that nothing is done twice.
//
// Each change carries an idempotency key. Should its answer get lost, or should the server be too busy for it, the same
// request is sent again under the same key: it is carried out once, however often it arrives.

const MAP_TYPE = 'application/vnd.seatlock.map';
const ATTEMPTS_MAX = 4;
const PAUSE_MS = 400;

/** The statuses of seats, by their number in the binary map. */
export const STATUSES = ['available', 'held', 'booked', 'withheld'];
export const [AVAILABLE, HELD, BOOKED, WITHHELD] = [0, 1, 2, 3];

/** An answer that is none (RFC 9457). `kind` is its name, such as `seats-held`; status 0: no answer came. */
export class Problem extends Error {
  constructor(status, told = {}) {
    super(told.title ?? 'The server cannot be reached');
    this.status = status;
    this.kind = (told.type ?? (status === 0 ? '/problems/unreachable' : '')).split('/').pop();
    this.told = told;
    /** The seats that are in the way, each `{seat, status}`. */
    this.seats = told.seats ?? [];
    this.retryAfter = told.retry_after ?? null;
  }
}

export class Api {
  /** With `key`, each request carries it; without, the page is what everybody may be. */
  constructor({ key = null } = {}) {
    this.key = key;
  }

  events() {
    return this.get('/v1/events');
  }

  event(name) {
    return this.get(path('events', name));
  }

  chart(name) {
    return this.get(path('events', name, 'chart'));
  }

  /** What all seats are at one instant: `position` and `statuses`, a byte a seat in the chart's order. */
  async snapshot(name) {
    const answer = await this.fetch(path('events', name, 'seats'), { headers: { accept: MAP_TYPE }, cache: 'no-store' });
    if (!answer.ok) throw await problem(answer);
    return readMap(await answer.arrayBuffer());
  }

  /** Holds what `want` names: `{user, seats: [label], best: [{quantity, ...}], areas: [{area, quantity}]}`. */
  hold(name, want) {
    return this.post(path('events', name, 'holds'), want);
  }

  look({ id, token }) {
    return this.get(path('holds', id), { 'seatlock-token': token });
  }

  /** Adds what `want` names to a hold: `{seats, best, areas}`. */
  add({ id, token }, want) {
    return this.post(path('holds', id, 'add'), want, token);
  }

  /** Gives a part of a hold back: `{seats, areas}`. */
  giveBack({ id, token }, part) {
    return this.post(path('holds', id, 'give-back'), part, token);
  }

  extend({ id, token }) {
    return this.post(path('holds', id, 'extend'), {}, token);
  }

  pay({ id, token }) {
    return this.post(path('holds', id, 'pay'), {}, token);
  }

  confirm({ id, token }) {
    return this.post(path('holds', id, 'confirm'), {}, token);
  }

  release({ id, token }) {
    return this.post(path('holds', id, 'release'), {}, token);
  }

  async get(url, headers = {}) {
    const answer = await this.fetch(url, { headers: { accept: 'application/json', ...headers } });
    if (!answer.ok) throw await problem(answer);
    return answer.json();
  }

  /** Asks for a change, again and again until it is known what became of it, or nobody has answered for a while. */
  async post(url, body, token = null) {
    const headers = { 'content-type': 'application/json', 'idempotency-key': `"${crypto.randomUUID?.() ?? randomHex(16)}"` };
    if (token) headers['seatlock-token'] = token;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
        if (answer.ok) return await answer.json();
        throw await problem(answer);
      } catch (failure) {
        const isLast = attempt === ATTEMPTS_MAX || !isWorthAnother(failure);
        if (isLast) throw failure;
        await pause((failure.retryAfter ?? 0) * 1000 || PAUSE_MS * attempt);
      }
    }
  }

  /** `fetch` that fails with a `Problem`, and sends no cookies. */
  async fetch(url, options = {}) {
    const headers = { ...options.headers };
    if (this.key) headers.authorization = `Bearer ${this.key}`;
    try {
      return await fetch(url, { ...options, headers, credentials: 'omit' });
    } catch (failure) {
      if (failure.name === 'AbortError') throw failure;
      throw new Problem(0);
    }
  }
}

/** So many random bytes in hexadecimal digits. */
export function randomHex(bytes) {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What an answer that is not `ok` says. */
export async function problem(answer) {
  const told = await answer.json().catch(() => ({}));
  const made = new Problem(answer.status, told);
  made.retryAfter ??= Number(answer.headers.get('retry-after')) || null;
  return made;
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Whether the same request may well be answered otherwise in a moment. */
function isWorthAnother(failure) {
  return failure instanceof Problem && (failure.status === 0 || failure.status === 503 || failure.kind === 'idempotency-key-in-use');
}

function path(...parts) {
  return `/v1/${parts.map(encodeURIComponent).join('/')}`;
}

/** The binary map; its format is drawn in `src/http/v1/availability.rs`. */
function readMap(buffer) {
  const view = new DataView(buffer);
  const head = view.getUint16(6, true);
  const count = view.getUint32(8, true);
  const packed = new Uint8Array(buffer, head);
  const statuses = new Uint8Array(count);
  for (let seat = 0; seat < count; seat += 1) {
    statuses[seat] = (packed[seat >> 2] >> (2 * (seat & 3))) & 3;
  }
  // A position is a number of changes: it stays far below 2^53.
  return { position: Number(view.getBigUint64(16, true)), statuses };
}
