// Seat by seat, in words: for who uses the keyboard or a screen reader, and for who knows which row he wants. The map shows
// the seat that the keyboard is at.

import { AVAILABLE } from '../api.js';
import { byId, element } from '../dom.js';
import { count, money } from '../words.js';
import { categoryName, seatName, statusName, traitNames } from './names.js';

/** A row that is longer is shown in pieces. */
const PIECE = 100;

export class Finder {
  constructor(scene, map, shop) {
    Object.assign(this, { scene, map, shop });
    this.sections = scene.sections.map((section) => ({ name: section.name || 'All seats', lines: this.linesOf(section) }));
    this.sections = this.sections.filter(({ lines }) => lines.length > 0);
    this.section = this.row = this.at = 0;
    byId('finder').hidden = false;
    byId('finder-numbered').hidden = this.sections.length === 0;
    if (this.sections.length > 0) this.begin();
    this.areas = scene.areas.map((area) => this.areaLine(area));
    byId('finder-areas').replaceChildren(...this.areas.map(({ item }) => item));
  }

  /** The rows of a section by name; the parts beside its aisles are one. Each is the list of its seats. */
  linesOf(section) {
    const lines = [];
    for (const row of this.scene.rows.slice(...section.rows)) {
      const seats = Array.from({ length: row.seats }, (_, place) => row.first + place);
      if (row.isLeftEnd === false) lines.at(-1).seats.push(...seats);
      else lines.push({ name: row.label, seats });
    }
    return lines.flatMap(({ name, seats }) => pieces(this.scene, name, seats));
  }

  begin() {
    const [section, row, seats] = ['finder-section', 'finder-row', 'finder-seats'].map(byId);
    section.replaceChildren(...this.sections.map(({ name }, nth) => element('option', { value: nth }, name)));
    section.addEventListener('change', () => this.go(Number(section.value), 0, 0));
    row.addEventListener('change', () => this.go(this.section, Number(row.value), 0));
    seats.addEventListener('keydown', (event) => this.key(event));
    seats.addEventListener('focusout', () => this.leave());
    this.go(0, 0, 0);
  }

  get line() {
    return this.sections[this.section].lines[this.row];
  }

  /** Shows a row of a section. */
  go(section, row, at) {
    const isOther = section !== this.section || byId('finder-row').options.length === 0;
    [this.section, this.row] = [section, row];
    this.at = Math.min(Math.max(at, 0), this.line.seats.length - 1);
    byId('finder-section').value = section;
    if (isOther) {
      const { lines } = this.sections[section];
      byId('finder-row').replaceChildren(...lines.map(({ name }, nth) => element('option', { value: nth }, name || 'Seats')));
    }
    byId('finder-row').value = row;
    this.buttons = this.line.seats.map((seat, nth) => element('button', {
      type: 'button',
      class: 'seat',
      onclick: () => this.choose(nth),
      onfocus: () => this.come(nth),
    }, this.scene.ownLabel(seat)));
    byId('finder-seats').replaceChildren(...this.buttons);
    byId('finder-seats').setAttribute('aria-label', `${this.sections[section].name}, row ${this.line.name}`);
    this.show();
  }

  /** Brings the buttons in line with what the seats are. */
  show() {
    if (this.buttons) {
      this.line.seats.forEach((seat, nth) => this.showSeat(seat, this.buttons[nth], nth === this.at));
    }
    for (const { area, free, quantity, fewer, more } of this.areas ?? []) {
      const chosen = this.shop.places.get(area) ?? 0;
      free.textContent = `${count(this.map.free(area))} free`;
      quantity.textContent = String(chosen);
      fewer.disabled = chosen === 0;
      more.disabled = !this.shop.mayChoose;
    }
  }

  showSeat(seat, button, isAt) {
    const { scene, shop } = this;
    const status = shop.statuses?.[seat];
    const isMine = shop.mine.includes(seat);
    const words = [
      seatName(scene, seat), categoryName(scene, scene.categories[scene.category[seat]]), ...traitNames(scene.traits[seat]),
      isMine ? 'reserved for you' : statusName(status),
    ];
    const name = words.join(', ');
    if (button.getAttribute('aria-label') !== name) button.setAttribute('aria-label', name);
    button.setAttribute('aria-pressed', String(shop.seats.has(seat)));
    button.setAttribute('aria-disabled', String(status !== AVAILABLE || !shop.mayChoose));
    button.classList.toggle('mine', isMine);
    button.tabIndex = isAt ? 0 : -1;
    button.style.setProperty('--seat', scene.categories[scene.category[seat]].colour);
  }

  choose(nth) {
    this.come(nth);
    this.shop.toggle(this.line.seats[nth]);
  }

  /** The keyboard has come to a seat: the map shows where it is. */
  come(nth) {
    this.at = nth;
    this.buttons.forEach((button, at) => { button.tabIndex = at === nth ? 0 : -1; });
    this.map.focused = this.line.seats[nth];
    this.map.glideToSeats([this.map.focused]);
  }

  leave() {
    this.map.focused = -1;
    this.map.redraw();
  }

  key(event) {
    const { lines } = this.sections[this.section];
    const last = this.line.seats.length - 1;
    const act = {
      ArrowLeft: () => this.move(this.at - 1),
      ArrowRight: () => this.move(this.at + 1),
      Home: () => this.move(0),
      End: () => this.move(last),
      ArrowUp: () => this.moveRow(Math.max(this.row - 1, 0)),
      ArrowDown: () => this.moveRow(Math.min(this.row + 1, lines.length - 1)),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  move(at) {
    this.buttons[Math.min(Math.max(at, 0), this.buttons.length - 1)].focus();
  }

  /** To the place of another row that lies at the same share of it. */
  moveRow(row) {
    const share = (this.at + 0.5) / this.line.seats.length;
    const { length } = this.sections[this.section].lines[row].seats;
    this.go(this.section, row, Math.floor(share * length));
    this.buttons[this.at].focus();
  }

  areaLine(area) {
    const { shop, scene } = this;
    const free = element('span', { class: 'quiet small' });
    const quantity = element('output', { class: 'quantity' }, '0');
    const button = (sign, more, words) => element('button', {
      type: 'button', class: 'small-button', 'aria-label': `${words} in ${area.name}`, onclick: () => shop.addPlaces(area, more),
    }, sign);
    const [fewer, more] = [button('−', -1, 'One place fewer'), button('+', 1, 'One place more')];
    const price = money(scene.categories[area.category].price, scene.currency);
    const item = element('li', {}, [
      element('div', { class: 'cart-line' }, [element('span', { class: 'cart-name' }, [area.name, price].filter(Boolean).join(', ')), free]),
      fewer, quantity, more,
    ]);
    return { area, item, free, quantity, fewer, more };
  }
}

function pieces(scene, name, seats) {
  if (seats.length <= PIECE) return [{ name, seats }];
  return Array.from({ length: Math.ceil(seats.length / PIECE) }, (_, nth) => {
    const piece = seats.slice(nth * PIECE, (nth + 1) * PIECE);
    return { name: `${name} ${scene.ownLabel(piece[0])}–${scene.ownLabel(piece.at(-1))}`.trim(), seats: piece };
  });
}
