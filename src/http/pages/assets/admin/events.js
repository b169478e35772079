// The events with their state, how full they are, and the switches of their sales.

import { byId, element, say } from '../dom.js';
import { count, stateWord } from '../words.js';
import { question } from './question.js';

/** The columns of numbers: what they are called, and their name in the API's counts. */
const COUNTS = [
  ['Free', 'available'],
  ['Held', 'held'],
  ['Booked', 'booked'],
  ['Blocked', 'withheld'],
];

/** The small API's event: it is always there, and cannot be closed. */
const DEFAULT = 'default';

export class Events {
  /** `attempt(work)` tells the reader what goes wrong; `changed(events)` is called with the events as they are shown. */
  constructor(api, attempt, changed) {
    Object.assign(this, { api, attempt, changed });
    this.text = null;
  }

  async show() {
    const events = inOrder((await this.api.events()).events);
    const text = JSON.stringify(events);
    // What is the same stays as it is, with whatever the reader is about to do there.
    if (text === this.text) return;
    this.text = text;
    const focused = document.activeElement?.dataset.place;
    byId('events').replaceChildren(this.table(events));
    const again = [...byId('events').querySelectorAll('button')].find(({ dataset }) => dataset.place === focused);
    again?.focus();
    this.changed(events);
  }

  table(events) {
    const head = (word, className = '') => element('th', { scope: 'col', class: className }, word);
    const heads = [
      head('Event'),
      head('State'),
      ...COUNTS.map(([word]) => head(word, 'number')),
      head('How full'),
      head('Sale'),
    ];
    return element('table', { class: 'events-table' }, [
      element('thead', {}, element('tr', {}, heads)),
      element('tbody', {}, events.map((event) => this.line(event))),
    ]);
  }

  line({ name, title, state, counts }) {
    const look = { open: 'good', paused: 'warn' }[state] ?? '';
    // A closed event has nothing on its page.
    const shown = state === 'closed' ? title : element('a', { href: `/e/${encodeURIComponent(name)}` }, title);
    const numbers = COUNTS.map(([word, key]) =>
      element('td', { class: 'number', 'data-head': word }, count(counts[key])),
    );
    return element('tr', {}, [
      element('th', { scope: 'row' }, [shown, element('span', { class: 'quiet small name' }, name)]),
      element('td', {}, element('span', { class: `badge ${look}` }, stateWord(state))),
      ...numbers,
      element('td', { class: 'fill-cell' }, fill(counts)),
      element('td', { class: 'switches' }, this.switches(name, title, state)),
    ]);
  }

  switches(name, title, state) {
    if (state === 'closed') return [];
    const to = (next, word) =>
      element(
        'button',
        {
          type: 'button',
          class: 'small-button',
          'aria-label': `${word} ${title}`,
          // Where the focus stays when the word changes.
          'data-place': `${name} ${next === 'closed' ? 'close' : 'sale'}`,
          onclick: () => this.attempt(() => this.become(name, title, next)),
        },
        word,
      );
    const others = name === DEFAULT ? [] : [to('closed', 'Close')];
    return [state === 'open' ? to('paused', 'Pause') : to('open', 'Open'), ...others];
  }

  async become(name, title, state) {
    const text = 'Its holds end, its bookings can no longer be looked up here, and it cannot be opened again. Export them first.';
    const isMeant = state !== 'closed' || (await question({ title: `Close ${title} for good?`, text, verb: 'Close it' }));
    if (!isMeant) return;
    await this.api.change(name, { state });
    say(`${title}: ${stateWord(state)}`);
    await this.show();
  }
}

/** A bar of what is booked, held and blocked. */
function fill({ available, held, booked, withheld }) {
  const all = available + held + booked + withheld;
  const bar = element('span', { class: 'fill', 'aria-hidden': 'true' });
  for (const [number, className] of [
    [booked, 'booked'],
    [held, 'held'],
    [withheld, 'withheld'],
  ]) {
    const part = element('span', { class: className });
    part.style.width = `${(100 * number) / Math.max(all, 1)}%`;
    bar.append(part);
  }
  const percent = all === 0 ? 0 : Math.floor((100 * booked) / all);
  return [bar, element('span', { class: 'quiet small' }, `${percent} % booked`)];
}

/** By name, those that are over after the others, and the small API's at the end. */
function inOrder(events) {
  const rank = ({ name, state }) => (name === DEFAULT ? 2 : Number(state === 'closed'));
  return [...events].sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}
