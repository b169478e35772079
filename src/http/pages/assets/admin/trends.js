// The server's own metrics as small line charts of the last five minutes, read every second while the page is seen.

import { byId, element } from '../dom.js';
import { wordsFor } from '../words.js';
import { parse, quantile, sum } from './metrics.js';

const KEPT = 300;
const [WIDTH, HEIGHT] = [240, 56];
const HOLDS = '/v1/events/{event}/holds';
const isBuying = ({ route }) => route === HOLDS || route?.startsWith('/v1/holds/');
const seats =
  (status) =>
  ({ now }) =>
    sum(now, 'seats', (labels) => labels.status === status);
const rate =
  (name, wanted) =>
  ({ before, now, seconds }) => {
    const [old, fresh] = [sum(before, name, wanted), sum(now, name, wanted)];
    return fresh === null ? 0 : (fresh - (old ?? 0)) / seconds;
  };
const latency =
  (share) =>
  ({ before, now }) => {
    const bound = quantile(before, now, share, isBuying);
    return bound === null ? null : bound * 1000;
  };
const gauge =
  (name) =>
  ({ now }) =>
    sum(now, name);
const refused = (status) => rate('requests_total', (labels) => isBuying(labels) && labels.status === status);

/** What is drawn: a name, a unit, and how to read it off two readings. */
const TRENDS = [
  ['Holds a second', '', rate('requests_total', ({ route, status }) => route === HOLDS && status === '201')],
  ['Conflicts a second (409)', '', refused('409')],
  ['Too often, a second (429)', '', refused('429')],
  ['Too busy, a second (503)', '', refused('503')],
  ['Latency, half below', 'ms', latency(0.5)],
  ['Latency, 99 % below', 'ms', latency(0.99)],
  ['Seats available', '', seats('available')],
  ['Seats held', '', seats('held')],
  ['Seats booked', '', seats('booked')],
  ['Seats withheld', '', seats('withheld')],
  ['Wheel lag', 'ticks', gauge('wheel_lag_ticks')],
  ['Tape depth', 'changes', gauge('tape_depth')],
  ['Streams', '', gauge('streams')],
  [
    'Ledger commits a second',
    '',
    ({ before, now, seconds }) =>
      sum(now, 'ledger_batches') === null ? null : rate('ledger_batches')({ before, now, seconds }),
  ],
  ['Ledger bytes', '', gauge('ledger_bytes')],
];

export class Trends {
  constructor(api) {
    this.api = api;
    this.before = null;
    this.shown = TRENDS.map(([name, unit, read]) => new Trend(name, unit, read));
    byId('trends').replaceChildren(...this.shown.map((trend) => trend.figure));
    this.timer = setInterval(() => {
      if (!document.hidden && !this.isAsking) this.read();
    }, 1000);
    this.read();
  }

  stop() {
    clearInterval(this.timer);
  }

  async read() {
    this.isAsking = true;
    try {
      const [now, at] = [parse(await this.api.metrics()), performance.now()];
      if (this.before) {
        const pair = { before: this.before.now, now, seconds: (at - this.before.at) / 1000 };
        for (const trend of this.shown) trend.add(pair);
      }
      this.before = { now, at };
      byId('metrics-status').textContent = '';
    } catch (failure) {
      const isElsewhere = failure.status === 404;
      byId('metrics-status').textContent = isElsewhere
        ? 'This server serves its metrics on an address of their own.'
        : wordsFor(failure);
    } finally {
      this.isAsking = false;
    }
  }
}

class Trend {
  constructor(name, unit, read) {
    Object.assign(this, { unit, read, values: [] });
    this.value = element('strong', {}, '–');
    this.line = svg('polyline', { fill: 'none' });
    const picture = svg('svg', {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      'aria-hidden': 'true',
      preserveAspectRatio: 'none',
    });
    picture.append(this.line);
    this.rows = element('tbody');
    const head = element('tr', {}, [
      element('th', { scope: 'col' }, 'Seconds ago'),
      element('th', { scope: 'col' }, name),
    ]);
    const table = element('table', {}, [element('thead', {}, head), this.rows]);
    this.details = element('details', { ontoggle: () => this.tell() }, [
      element('summary', { 'aria-label': `${name} as a table` }, 'Table'),
      table,
    ]);
    this.figure = element('figure', {}, [
      element('figcaption', {}, [element('span', {}, name), this.value]),
      picture,
      this.details,
    ]);
  }

  add(pair) {
    this.values.push(this.read(pair));
    if (this.values.length > KEPT) this.values.shift();
    this.value.textContent = shown(this.values.at(-1), this.unit);
    const most = Math.max(1, ...this.values.filter(Number.isFinite));
    const first = KEPT - this.values.length;
    const points = this.values
      .map((value, at) => [((first + at) / (KEPT - 1)) * WIDTH, value])
      .filter(([, value]) => Number.isFinite(value));
    this.line.setAttribute(
      'points',
      points
        .map(([x, value]) => `${x.toFixed(1)},${(HEIGHT - 2 - (value / most) * (HEIGHT - 4)).toFixed(1)}`)
        .join(' '),
    );
    this.tell();
  }

  /** Every tenth second, the latest first; only while somebody reads it. */
  tell() {
    if (!this.details.open) return;
    const latest = [...this.values].reverse().filter((_, at) => at % 10 === 0);
    this.rows.replaceChildren(
      ...latest.map((value, nth) =>
        element('tr', {}, [element('td', {}, String(nth * 10)), element('td', {}, shown(value, this.unit))]),
      ),
    );
  }
}

const format = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

function shown(value, unit) {
  if (value === null) return '–';
  return `${Number.isFinite(value) ? format.format(value) : 'beyond all buckets'} ${unit}`.trim();
}

function svg(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
