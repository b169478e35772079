// What the server says of itself, drawn: its metrics are read every second while the page is seen.

import { byId } from '../dom.js';
import { wordsFor } from '../words.js';
import { parse, quantile, sum } from './metrics.js';
import { Plot } from './plot.js';

const READ_MS = 1000;
const TICK_MS = 10;
/** Rates and shares are those of so many readings together: of one alone they jump too much to be read. */
const TOGETHER = 5;
const HOLDS = '/v1/events/{event}/holds';
const CONFIRM = '/v1/holds/{id}/confirm';

const isHold = ({ route, status }) => (route === HOLDS && status === '201') || (route === '/lock/{id}' && status === '200');
const isBooking = ({ route, status }) => (route === CONFIRM || route === '/confirm/{id}') && status === '200';
const isBuying = ({ route }) => [HOLDS, CONFIRM, '/lock/{id}', '/confirm/{id}'].includes(route);

const gauge = (name, { times = 1, wanted } = {}) => ({ now }) => sum(now, name, wanted) * times;
const seats = (status) => gauge('seats', { wanted: (labels) => labels.status === status });
const rate = (name, wanted) => ({ before, now, seconds }) => Math.max(0, sum(now, name, wanted) - sum(before, name, wanted)) / seconds;
const millis = (name, share, wanted) => ({ before, now }) => {
  const seconds = quantile(before, now, name, share, wanted);
  return seconds === null ? null : seconds * 1000;
};
const percentiles = (name, wanted) => [
  { name: 'half below', read: millis(name, 0.5, wanted) },
  { name: '99 % below', read: millis(name, 0.99, wanted) },
  { name: '99.9 % below', read: millis(name, 0.999, wanted) },
];

/** Why buyers are refused, in a few words each. */
const REFUSALS = [
  ['Held by others', ['seats-held']],
  ['Sold', ['seats-taken']],
  ['None left', ['not-enough-seats', 'orphans-left']],
  ['Limits', ['user-limit', 'cooling-down', 'too-often', 'too-many-streams']],
  ['Busy', ['busy', 'took-too-long', 'ledger-full', 'unknown-outcome']],
];
const named = new Set(REFUSALS.flatMap(([, problems]) => problems));
const refusals = [
  ...REFUSALS.map(([name, problems]) => ({ name, read: rate('refusals_total', ({ problem }) => problems.includes(problem)) })),
  { name: 'Other', read: rate('refusals_total', ({ problem }) => !named.has(problem)) },
];

const PLOTS = [
  {
    title: 'Seats',
    unit: 'of all events',
    isStacked: true,
    series: [
      { name: 'Booked', read: seats('booked') },
      { name: 'Held', read: seats('held') },
      { name: 'Blocked', read: seats('withheld') },
      { name: 'Free', read: seats('available'), isLegendAlone: true },
    ],
    about: 'How many seats are booked, held and blocked, on top of one another.',
  },
  {
    title: 'Holds and bookings',
    unit: 'a second',
    series: [
      { name: 'Holds', read: rate('requests_total', isHold) },
      { name: 'Bookings', read: rate('requests_total', isBooking) },
    ],
    about: 'Holds that were made and confirmed.',
  },
  {
    title: 'Requests',
    unit: 'a second',
    series: [
      { name: 'All', read: rate('requests_total', () => true) },
      { name: 'Failed', read: rate('requests_total', ({ status }) => status.startsWith('5')) },
    ],
    about: 'All that was answered, and what could not be done: the statuses from 500 on.',
  },
  { title: 'Refusals', unit: 'a second', isStacked: true, series: refusals, about: 'Requests that were refused, by what was in the way.' },
  {
    title: 'Answer time',
    unit: 'ms',
    least: 0.1,
    series: percentiles('request_duration_seconds', isBuying),
    about: 'From the end of a request to the beginning of its answer, of holds and bookings.',
  },
  { title: 'Wheel lag', unit: 'ms', least: 100, series: [{ read: gauge('wheel_lag_ticks', { times: TICK_MS }) }], about: 'How late expired holds are taken back.' },
  { title: 'Tape depth', unit: 'changes', least: 10, series: [{ read: gauge('tape_depth') }], about: 'Changes that are not written down yet.' },
  {
    title: 'Connections',
    unit: '',
    series: [
      { name: 'Open', read: gauge('connections_open') },
      { name: 'Streams', read: gauge('streams') },
    ],
    about: 'Connections that are open, and those of them that are told what changes.',
  },
];

const COMMIT_TIME = {
  title: 'Commit time',
  unit: 'ms',
  least: 0.1,
  series: percentiles('ledger_append_duration_seconds'),
  about: 'How long it takes to make a batch durable.',
};

/** What there is to see of a server that keeps its data. */
const LEDGER_PLOTS = [
  { title: 'Ledger commits', unit: 'a second', series: [{ read: rate('ledger_batches') }], about: 'Batches that were made durable.' },
  COMMIT_TIME,
  {
    title: 'Ledger size',
    unit: 'MB',
    series: [
      { name: 'On disk', read: gauge('ledger_bytes', { times: 1e-6 }) },
      { name: 'Still counts', read: gauge('ledger_live_bytes', { times: 1e-6 }) },
    ],
    about: 'How large the files are, and how much of them is needed.',
  },
];

/** What is to be seen of how a server keeps its data, and a word about it. */
function kept(samples) {
  if (samples.has('ledger_batches')) return [LEDGER_PLOTS, ''];
  if (samples.has('cluster_shards')) return [[COMMIT_TIME], 'This is what this node serves. What it keeps is in etcd.'];
  return [[], 'This server keeps everything in memory: there is no ledger to be shown.'];
}

export class Trends {
  constructor(api) {
    this.api = api;
    /** The last readings, `{samples, at}`, the earliest first. */
    this.readings = [];
    this.plots = null;
    this.timer = setInterval(() => {
      if (!document.hidden && !this.isAsking) this.read();
    }, READ_MS);
    this.read();
  }

  async read() {
    this.isAsking = true;
    try {
      const now = { samples: parse(await this.api.metrics()), at: performance.now() };
      if (this.plots) this.add(now);
      else this.begin(now.samples);
      this.readings.push(now);
      if (this.readings.length > TOGETHER) this.readings.shift();
    } catch (failure) {
      this.fail(failure);
    } finally {
      this.isAsking = false;
    }
  }

  begin(samples) {
    const [ledger, note] = kept(samples);
    this.plots = [...PLOTS, ...ledger].map((what) => new Plot(what));
    byId('trends').replaceChildren(...this.plots.map((plot) => plot.figure));
    this.note = note;
    byId('metrics-status').textContent = this.note;
  }

  add(now) {
    byId('metrics-status').textContent = this.note;
    const [before] = this.readings;
    const pair = { before: before.samples, now: now.samples, seconds: (now.at - before.at) / 1000 };
    for (const plot of this.plots) plot.add(pair, now.at);
  }

  fail(failure) {
    const isElsewhere = failure.status === 404;
    if (isElsewhere) clearInterval(this.timer);
    byId('metrics-status').textContent = isElsewhere
      ? 'This server shows its metrics on an address of their own (--metrics-listen).'
      : wordsFor(failure);
  }
}
