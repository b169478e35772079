// One chart of the last minutes: lines, or areas on top of one another, with the axes that it takes to read them.

import { element } from '../dom.js';

/** What the whole width is. */
export const SPAN_MS = 300_000;
/** Two readings that are further apart are not joined by a line: nobody looked in between. */
const GAP_MS = 5_000;
const [WIDTH, HEIGHT] = [300, 100];
const TABLE_EVERY = 10;

export class Plot {
  /**
   * `series` are `{name, read(pair), isLegendAlone}`: what is read off two readings, a number or null. `least` is the
   * smallest number that the upper end of the axis can be; `about` says what is drawn in a sentence.
   */
  constructor({ title, unit = '', series, isStacked = false, least = 1, about = '' }) {
    Object.assign(this, { title, unit, series, isStacked, least });
    this.drawn = series.filter(({ isLegendAlone }) => !isLegendAlone);
    this.moments = [];
    this.values = series.map(() => element('strong', {}, '–'));
    this.paths = this.drawn.map((_, nth) => svg('path', { class: `series-${nth + 1}` }));
    this.top = element('span', { class: 'plot-top' });
    this.middle = element('span', { class: 'plot-middle' });
    this.rows = element('tbody');
    this.details = element('details', { ontoggle: () => this.tell() }, [
      element('summary', { 'aria-label': `${title} as a table` }, 'Table'),
      this.table(),
    ]);
    this.figure = element('figure', { class: 'plot' }, [
      element('figcaption', { title: about }, [
        element('span', { class: 'plot-title' }, title),
        ' ',
        element('span', { class: 'quiet small' }, unit),
      ]),
      this.legend(),
      this.frame(),
      this.details,
    ]);
  }

  legend() {
    const isAlone = this.series.length === 1;
    const items = this.series.map((series, nth) => {
      const place = this.drawn.indexOf(series);
      const swatch = element('span', { class: place < 0 ? 'swatch' : `swatch series-${place + 1}`, 'aria-hidden': 'true' });
      return element('li', {}, isAlone ? [this.values[nth]] : [swatch, `${series.name} `, this.values[nth]]);
    });
    return element('ul', { class: 'legend' }, items);
  }

  frame() {
    const picture = svg('svg', {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: 'none',
      class: this.isStacked ? 'stacked' : 'lines-alone',
    });
    const line = (y) => `M0 ${y}H${WIDTH}`;
    const upright = (x) => `M${x} 0V${HEIGHT}`;
    const minutes = [1, 2, 3, 4].map((minute) => upright((minute * WIDTH) / 5));
    picture.append(svg('path', { class: 'grid', d: [line(0), line(HEIGHT / 2), ...minutes].join('') }));
    picture.append(svg('path', { class: 'ground', d: line(HEIGHT) }));
    picture.append(...this.paths);
    return element('div', { class: 'plot-frame', 'aria-hidden': 'true' }, [
      this.top,
      this.middle,
      element('span', { class: 'plot-bottom' }, '0'),
      picture,
      element('span', { class: 'plot-then' }, '5 min ago'),
      element('span', { class: 'plot-now' }, 'now'),
    ]);
  }

  table() {
    const heads = ['Seconds ago', ...this.series.map(({ name }) => name ?? this.title)];
    const head = element('tr', {}, heads.map((word) => element('th', { scope: 'col' }, word)));
    const scroll = { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${this.title}, by the second` };
    return element('div', scroll, element('table', {}, [element('thead', {}, head), this.rows]));
  }

  /** Takes what two readings say, `at` being the moment of the later. */
  add(pair, at) {
    const numbers = this.series.map(({ read }) => read(pair));
    this.moments.push({ at, numbers });
    while (at - this.moments[0].at > SPAN_MS) this.moments.shift();
    numbers.forEach((number, nth) => {
      this.values[nth].textContent = shown(number);
    });
    this.draw(at);
    this.tell();
  }

  draw(now) {
    const heights = this.moments.map(({ numbers }) => this.heights(numbers));
    const most = Math.max(this.least, ...heights.flat().filter(Number.isFinite));
    const top = roundUp(most);
    this.top.textContent = shown(top);
    this.middle.textContent = shown(top / 2);
    const x = ({ at }) => (1 - (now - at) / SPAN_MS) * WIDTH;
    const y = (height) => HEIGHT * (1 - height / top);
    this.paths.forEach((path, nth) => {
      const points = this.moments.map((moment, at) => ({
        at: moment.at,
        x: x(moment),
        y: y(heights[at][nth]),
        below: this.isStacked ? y(nth > 0 ? heights[at][nth - 1] : 0) : null,
      }));
      path.setAttribute('d', runs(points).map(this.isStacked ? areaOf : lineOf).join(''));
    });
  }

  /** How high each of the drawn series reaches: by itself, or on top of those before it. */
  heights(numbers) {
    const own = this.drawn.map((series) => numbers[this.series.indexOf(series)]);
    if (!this.isStacked) return own.map((number) => number ?? NaN);
    let sum = 0;
    return own.map((number) => (sum += number ?? 0));
  }

  /** The latest first; only while somebody reads it. */
  tell() {
    if (!this.details.open) return;
    const latest = this.moments.at(-1)?.at ?? 0;
    const some = [...this.moments].reverse().filter((_, nth) => nth % TABLE_EVERY === 0);
    this.rows.replaceChildren(
      ...some.map(({ at, numbers }) =>
        element('tr', {}, [
          element('td', { class: 'number' }, String(Math.round((latest - at) / 1000))),
          ...numbers.map((number) => element('td', { class: 'number' }, shown(number))),
        ]),
      ),
    );
  }
}

/** Points that belong together: without a gap, and without a number that is none. */
function runs(points) {
  const found = [];
  let last = null;
  for (const point of points) {
    if (!Number.isFinite(point.y)) last = null;
    else {
      if (last === null || point.at - last.at > GAP_MS) found.push([]);
      found.at(-1).push(point);
      last = point;
    }
  }
  return found;
}

const place = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** A single point is a dot: a line of no length with round ends. */
function lineOf(points) {
  return `M${points.map(place).join('L')}${points.length === 1 ? 'h0' : ''}`;
}

function areaOf(points) {
  const back = [...points].reverse().map(({ x, below }) => place({ x, y: below }));
  return `M${[...points.map(place), ...back].join('L')}Z`;
}

/** The next larger number that is 1, 2, 4 or 5 times a power of ten. */
function roundUp(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return [1, 2, 4, 5, 10].map((factor) => factor * power).find((round) => round >= number * 0.9999);
}

const format = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

function shown(number) {
  if (number === null || !Number.isFinite(number)) return '–';
  return Math.abs(number) >= 1000 ? whole.format(number) : format.format(number);
}

function svg(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
