// Prices: each category with its colour, its price and how many seats are free; a tap leaves all others pale on the map.

import { AVAILABLE } from '../api.js';
import { byId, element, say } from '../dom.js';
import { count, money } from '../words.js';

const COUNT_EVERY_MS = 400;

export class Legend {
  constructor(scene, map) {
    Object.assign(this, { scene, map });
    /** The categories that are shown alone; none: all are. */
    this.wanted = new Set();
    this.lines = scene.categories.map((category) => this.line(category));
    byId('prices').replaceChildren(...this.lines.map(({ item }) => item));
    this.free = new Uint32Array(scene.categories.length);
  }

  line(category) {
    const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.backgroundColor = category.colour;
    const free = element('span', { class: 'quiet small' });
    const button = element('button', { type: 'button', class: 'price', 'aria-pressed': 'false', onclick: () => this.toggle(category) }, [
      swatch,
      element('span', { class: 'price-name' }, category.name),
      free,
      element('span', { class: 'price-money' }, money(category.price, this.scene.currency)),
    ]);
    return { item: element('li', {}, [button]), button, free };
  }

  toggle({ nth, name }) {
    if (!this.wanted.delete(nth)) this.wanted.add(nth);
    if (this.wanted.size === this.lines.length) this.wanted.clear();
    this.lines.forEach(({ button }, at) => button.setAttribute('aria-pressed', String(this.wanted.has(at))));
    this.map.dim((at) => this.wanted.size > 0 && !this.wanted.has(at));
    say(this.wanted.size === 0 ? 'All prices are shown.' : `${name} is ${this.wanted.has(nth) ? 'shown' : 'not shown'}.`);
  }

  /** Counts what is free, now and then: while much changes, a number that changes at each moment tells nobody anything. */
  see(statuses) {
    this.statuses = statuses;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.count();
    }, this.isCounted ? COUNT_EVERY_MS : 0);
  }

  count() {
    const { scene, scene: { numbered, category }, statuses, free } = this;
    this.isCounted = true;
    free.fill(0);
    for (let seat = 0; seat < numbered; seat += 1) if (statuses[seat] === AVAILABLE) free[category[seat]] += 1;
    for (const area of scene.areas) free[area.category] += this.map.free(area);
    this.lines.forEach(({ free: text, button }, at) => {
      text.textContent = free[at] > 0 ? `${count(free[at])} left` : 'sold out';
      button.classList.toggle('gone', free[at] === 0);
    });
    this.counted?.(free.reduce((sum, number) => sum + number, 0));
  }
}
