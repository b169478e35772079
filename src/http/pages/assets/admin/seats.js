// The map of the chosen event: seats are selected by a box, a tap or a form, and kept from sale or put on sale.

import { AVAILABLE, WITHHELD } from '../api.js';
import { byId, element, say } from '../dom.js';
import { Scene } from '../map/scene.js';
import { SeatMap } from '../map/view.js';
import { Live } from '../stream.js';
import { count, seatsWord } from '../words.js';

const LABELS_SHOWN = 12;
const ZOOM = 1.5;
/** Of free seats, whatever they cost; seen on paper and in the dark. */
const FREE_COLOUR = '#2f9e77';
const STATUS_WORDS = ['free', 'held', 'booked', 'blocked'];

export class Seats {
  constructor(api, attempt) {
    Object.assign(this, { api, attempt, name: null });
    this.map = new SeatMap(byId('map'), {
      boxed: (seats) => this.select(seats),
      pick: (seat) => this.toggle(seat),
      hovered: (seat) => this.point(seat),
    });
    this.box(true);
    byId('boxing').onclick = () => this.box(!this.map.boxing);
    byId('zoom-in').onclick = () => this.map.glideZoom(ZOOM);
    byId('zoom-out').onclick = () => this.map.glideZoom(1 / ZOOM);
    byId('zoom-all').onclick = () => this.map.glideHome();
    byId('event').onchange = () => this.attempt(() => this.open(byId('event').value));
    byId('clear').onclick = () => this.clear();
    byId('range').onsubmit = (submitted) => {
      submitted.preventDefault();
      this.range(byId('range').elements);
    };
    byId('block').onsubmit = (submitted) => {
      submitted.preventDefault();
      const reason = byId('block').elements.reason.value.trim();
      this.attempt(() => this.keep('block', reason ? { reason } : {}));
    };
    byId('unblock').onclick = () => this.attempt(() => this.keep('unblock', {}));
    this.tell();
  }

  /** Offers these events, and shows the first if none is shown yet or the one shown is over. */
  async offer(events) {
    const alive = events.filter(({ state }) => state !== 'closed');
    const isThere = alive.some(({ name }) => name === this.name);
    byId('event').replaceChildren(
      ...alive.map(({ name, title }) => element('option', { value: name, selected: name === this.name }, title)),
    );
    if (alive.length === 0) this.close();
    else if (!isThere) await this.open(alive[0].name);
  }

  async open(name) {
    this.close();
    this.name = name;
    byId('event').value = name;
    const scene = new Scene(await this.api.chart(name));
    for (const category of scene.categories) category.colour = FREE_COLOUR;
    // Another event was chosen meanwhile.
    if (this.name !== name) return;
    this.map.show(scene);
    byId('map-status').hidden = true;
    this.live = new Live(this.api, name, {
      changed: (seats) => this.map.changed(this.live.statuses, seats),
      state: (word) => this.follow(name, word),
    });
    this.live.follow();
  }

  close() {
    this.live?.stop();
    this.name = null;
    this.map.canvas.style.visibility = 'hidden';
    this.map.statuses = null;
    byId('map-status').hidden = false;
    this.clear();
  }

  /** Says when what is drawn is no longer what is so. */
  follow(name, word) {
    if (this.name !== name) return;
    const isLost = word === 'lost';
    byId('connection').hidden = !isLost;
    byId('connection').className = 'badge bad';
    byId('connection').textContent = isLost ? 'Connection lost, trying again' : '';
  }

  /** Whether dragging draws a box, or moves the map. */
  box(isOn) {
    this.map.boxing = isOn;
    byId('boxing').setAttribute('aria-pressed', isOn);
    this.point(-1);
  }

  /** Says which seat the pointer is at, or else what the pointer does. */
  point(seat) {
    const { boxing, scene, statuses } = this.map;
    const help = boxing
      ? 'Drag to select all seats in a box, tap to select one.'
      : 'Drag to move the map, tap to select a seat.';
    byId('map-help').textContent = seat < 0 ? help : `${scene.label(seat)}: ${STATUS_WORDS[statuses?.[seat]] ?? ''}`;
  }

  /** The labels of what is selected. */
  labels(seats = [...this.map.chosen]) {
    return seats.map((seat) => this.map.scene.label(seat));
  }

  select(seats) {
    for (const seat of seats) this.map.chosen.add(seat);
    this.tell();
  }

  toggle(seat) {
    if (seat < 0) return;
    if (!this.map.chosen.delete(seat)) this.map.chosen.add(seat);
    this.tell();
  }

  clear() {
    this.map.chosen.clear();
    this.tell();
  }

  /** Selects the seats of a row from one to another, in whichever order they are named. */
  range({ section, row, from, to }) {
    const { scene } = this.map;
    const find = (seat) => scene?.find([section, row, seat].map(({ value }) => value.trim()).join('/')) ?? -1;
    const ends = [find(from), find(to)].sort((a, b) => a - b);
    if (!(ends[0] >= 0)) {
      byId('selected').textContent = 'There are no such seats.';
      return;
    }
    this.select(Array.from({ length: ends[1] - ends[0] + 1 }, (_, at) => ends[0] + at));
  }

  tell() {
    const { size } = this.map.chosen;
    byId('selected').textContent = size === 0 ? 'No seat is selected.' : `${seatsWord(size)} selected.`;
    const some = this.labels([...this.map.chosen].slice(0, LABELS_SHOWN));
    const others = size - some.length;
    byId('selected-labels').textContent = some.join(', ') + (others > 0 ? ` and ${count(others)} others` : '');
    byId('who').disabled = size !== 1;
    for (const button of [byId('unblock'), byId('block').querySelector('.main'), byId('clear')]) button.disabled = size === 0;
    this.map.redraw();
  }

  /** Blocks those of the selected seats that are free, or unblocks those that are blocked; the others stay selected. */
  async keep(action, extra) {
    const { map, name } = this;
    const [wanted, word] = action === 'block' ? [AVAILABLE, 'free'] : [WITHHELD, 'blocked'];
    const seats = [...map.chosen].filter((seat) => map.statuses?.[seat] === wanted);
    if (seats.length === 0) throw new Error(`None of these seats is ${word}.`);
    let done = 0;
    try {
      await this.api.keep(action, name, this.labels(seats), extra, (count) => {
        for (const seat of seats.slice(done, count)) map.chosen.delete(seat);
        done = count;
        byId('selected').textContent = `${count} of ${seatsWord(seats.length)} ${action}ed …`;
      });
    } finally {
      // Those that are done are done, whatever became of the others.
      this.tell();
      if (done > 0) this.report(`${seatsWord(done)} ${action}ed.`, word);
    }
  }

  report(done, word) {
    const { size } = this.map.chosen;
    const others = size === 0 ? '' : ` ${seatsWord(size)} not ${word} before, and left as ${size === 1 ? 'it is' : 'they are'}.`;
    byId('selected').textContent = done + others;
    say(done + others);
  }
}
