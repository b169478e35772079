// The events with their state, and the switches of their sales.

import { byId, element, say } from '../dom.js';
import { count, stateWord } from '../words.js';

const HEADS = ['Event', 'State', 'Free', 'Held', 'Booked', 'Blocked', 'Sale'];

export class Events {
  /** `attempt(work)` tells the reader what goes wrong. */
  constructor(api, attempt) {
    Object.assign(this, { api, attempt });
  }

  async show() {
    const { events } = await this.api.events();
    const head = element(
      'thead',
      {},
      element(
        'tr',
        {},
        HEADS.map((head) => element('th', { scope: 'col' }, head)),
      ),
    );
    const body = element(
      'tbody',
      {},
      events.map((event) => this.line(event)),
    );
    byId('events').replaceChildren(element('table', {}, [head, body]));
    return events;
  }

  line({ name, title, state, counts }) {
    const numbers = [counts.available, counts.held, counts.booked, counts.withheld];
    const look = { open: 'good', paused: 'warn' }[state] ?? '';
    return element('tr', {}, [
      element('th', { scope: 'row' }, element('a', { href: `/e/${encodeURIComponent(name)}` }, title)),
      element('td', {}, element('span', { class: `badge ${look}` }, stateWord(state))),
      ...numbers.map((number) => element('td', { class: 'number' }, count(number))),
      element('td', {}, this.switches(name, title, state)),
    ]);
  }

  switches(name, title, state) {
    if (state === 'closed') return [];
    const to = (next, word, className = '') =>
      element(
        'button',
        {
          type: 'button',
          class: className,
          'aria-label': `${word} ${title}`,
          onclick: () => this.become(name, title, next),
        },
        word,
      );
    return [state === 'open' ? to('paused', 'Pause') : to('open', 'Open'), ' ', to('closed', 'Close')];
  }

  become(name, title, state) {
    if (state === 'closed' && !confirm(`Close ${title} for good? A closed event cannot be opened again.`)) return;
    this.attempt(async () => {
      await this.api.change(name, { state });
      say(`${title}: ${stateWord(state)}`);
      await this.show();
    });
  }
}
