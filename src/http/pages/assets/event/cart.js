// The buyer's seats: chosen, reserved with a countdown, or booked; and the buttons for what comes next. To a hold that is alive
// more can be added, and single seats of it given back.

import { byId, element, say } from '../dom.js';
import { clock, money, moment, seatsWord, spoken } from '../words.js';
import { categoryName, seatName, traitNames } from './names.js';

/** At so many seconds before the deadline it is said how many are left. */
const SAID_AT = [120, 60, 30, 10];

const OBSTACLES = {
  closed: () => 'This event is over.',
  paused: () => 'The sale is paused. Stay here: it goes on without a reload.',
  early: ({ rules }) => `The sale begins on ${moment(rules.opens)}.`,
  late: () => 'The sale has ended.',
  elsewhere: () => 'This map shows what is free right now. Tickets are sold by the box office.',
};

export class Cart {
  constructor(shop) {
    this.shop = shop;
    this.saidAt = Infinity;
    const acts = { reserve: 'reserve', add: 'add', pay: 'pay', extend: 'extend', release: 'release', again: 'again' };
    for (const [id, act] of Object.entries(acts)) byId(id).addEventListener('click', () => shop[act]());
    setInterval(() => this.tick(), 250);
  }

  /** Shows what the shop says. */
  show() {
    const { shop } = this;
    const { phase } = shop;
    const isChoosing = phase === 'choosing';
    const adds = phase === 'held' && shop.quantity > 0;
    const focused = document.activeElement.closest('.cart-seats') && document.activeElement.getAttribute('aria-label');
    byId('cart').dataset.phase = phase;
    byId('cart-title').textContent = { choosing: 'Your seats', held: 'Reserved for you', booked: 'Booked' }[phase];
    byId('cart-seats').replaceChildren(...(isChoosing ? this.chosen() : this.reserved()));
    byId('more').hidden = !adds;
    byId('more-seats').replaceChildren(...(adds ? this.chosen() : []));
    byId('cart-note').textContent = adds ? '' : this.note();
    this.showTotal(isChoosing ? this.chosenPrices() : this.reservedPrices());
    this.showButtons(adds);
    // The lists are made anew: whoever is at one of their buttons stays there.
    if (focused) this.buttons.find((button) => button.getAttribute('aria-label') === focused)?.focus();
    this.tick();
  }

  /** Those in the lists. */
  get buttons() {
    return [...byId('cart').querySelectorAll('.cart-seats button')];
  }

  showButtons(adds) {
    const { shop, shop: { phase } } = this;
    byId('reserve').textContent = shop.quantity > 0 ? `Reserve ${seatsWord(shop.quantity)}` : 'Reserve';
    byId('add').textContent = `Add ${seatsWord(shop.quantity)}`;
    byId('pay').textContent = shop.isBusy ? 'One moment …' : `Pay ${this.total ?? ''}`.trim();
    // What was chosen last is what comes next.
    byId('pay').classList.toggle('main', !adds);
    const shown = {
      reserve: phase === 'choosing' && !shop.obstacle,
      add: adds && !shop.obstacle,
      pay: phase === 'held',
      extend: phase === 'held',
      release: phase === 'held',
      again: phase === 'booked',
    };
    for (const [id, isShown] of Object.entries(shown)) {
      byId(id).hidden = !isShown;
      byId(id).disabled = shop.isBusy || (id === 'reserve' && shop.quantity === 0);
    }
  }

  note() {
    const { shop } = this;
    if (shop.phase === 'booked') return `Enjoy the show. Your booking number is ${shop.hold.id}.`;
    if (shop.phase === 'held') return 'Nobody else can take these until the time is over, and more can be added. Paying is a stand-in here: no money moves.';
    if (shop.obstacle) return OBSTACLES[shop.obstacle](shop.event);
    return shop.quantity > 0 ? '' : 'Tap seats on the map, or let us find the best ones.';
  }

  tick() {
    const { shop } = this;
    const timer = byId('timer');
    timer.hidden = shop.phase !== 'held';
    if (timer.hidden) {
      this.saidAt = Infinity;
      return;
    }
    const left = Math.ceil(shop.secondsLeft);
    timer.textContent = clock(left);
    timer.classList.toggle('soon', left <= 60);
    const due = SAID_AT.filter((seconds) => left <= seconds && seconds < this.saidAt).at(-1);
    if (due) say(`${spoken(left)} left to pay.`);
    if (due || left > SAID_AT[0]) this.saidAt = due ?? Infinity;
    shop.tick();
  }

  chosen() {
    const { shop, shop: { scene } } = this;
    const seats = [...shop.seats].map((seat) => this.line(
      seatName(scene, seat), this.about(scene.category[seat], scene.traits[seat]),
      [this.button('✕', `Remove ${seatName(scene, seat)}`, () => shop.toggle(seat))],
    ));
    const areas = [...shop.places].map(([area, quantity]) => this.line(
      `${area.name}, ${quantity} standing`, this.about(area.category, 0),
      [
        this.button('−', `One place fewer in ${area.name}`, () => shop.addPlaces(area, -1)),
        this.button('+', `One place more in ${area.name}`, () => shop.addPlaces(area, 1)),
      ],
    ));
    return [...seats, ...areas];
  }

  reserved() {
    const { shop, shop: { scene, hold, phase } } = this;
    const back = (sign, label, act) => (phase === 'held' ? [this.button(sign, label, act, shop.isBusy)] : []);
    return [
      ...shop.mine.map((seat) => this.line(
        seatName(scene, seat), this.about(scene.category[seat], scene.traits[seat]),
        back('✕', `Give ${seatName(scene, seat)} back`, () => shop.giveBackSeat(seat)),
      )),
      ...hold.areas.map(({ area: name, quantity }) => this.line(
        `${name}, ${quantity} standing`, this.about(this.areaNamed(name).category, 0),
        back('−', `Give one place in ${name} back`, () => shop.giveBackPlace(this.areaNamed(name))),
      )),
    ];
  }

  areaNamed(name) {
    return this.shop.scene.areas.find((area) => area.name === name);
  }

  about(category, traits) {
    const { scene } = this.shop;
    return [categoryName(scene, scene.categories[category]), ...traitNames(traits)].join(' · ');
  }

  line(name, about, buttons = []) {
    return element('li', {}, [
      element('div', { class: 'cart-line' }, [element('span', { class: 'cart-name' }, name), element('span', { class: 'quiet small' }, about)]),
      ...buttons,
    ]);
  }

  button(sign, label, act, disabled = false) {
    // The list is made anew by the act, so the focus goes to its title.
    const onclick = () => {
      act();
      byId('cart-title').focus();
    };
    return element('button', { type: 'button', class: 'small-button', 'aria-label': label, disabled, onclick }, sign);
  }

  chosenPrices() {
    const { shop, shop: { scene } } = this;
    const price = (category) => scene.categories[category].price;
    return [
      ...[...shop.seats].map((seat) => price(scene.category[seat])),
      ...[...shop.places].map(([area, quantity]) => times(price(area.category), quantity)),
    ];
  }

  reservedPrices() {
    const { shop: { scene, hold } } = this;
    const price = (category) => scene.categories[category].price;
    return [
      ...hold.seats.map((label) => price(scene.category[scene.find(label)])),
      ...hold.areas.map(({ area, quantity }) => times(price(this.areaNamed(area).category), quantity)),
    ];
  }

  /** The sum, unless something has no price. */
  showTotal(prices) {
    const isPriced = prices.length > 0 && prices.every((price) => price !== null);
    this.total = isPriced ? money(prices.reduce((sum, price) => sum + price, 0), this.shop.scene.currency) : null;
    byId('cart-total').hidden = !isPriced;
    byId('cart-total').replaceChildren(element('span', {}, 'Total'), element('strong', {}, this.total ?? ''));
  }
}

const times = (price, quantity) => (price === null ? null : price * quantity);
