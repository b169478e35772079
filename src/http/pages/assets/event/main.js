// The live map of an event: puts the parts of the page together.
//
//   /v1 --> api, stream --> shop (what this buyer does) --> cart, finder, best
//                       `-> map, legend

import { Api, AVAILABLE, WITHHELD } from '../api.js';
import { byId, element, say } from '../dom.js';
import { Scene } from '../map/scene.js';
import { SeatMap } from '../map/view.js';
import { Live } from '../stream.js';
import { moment, seatsWord, wordsFor } from '../words.js';
import { BestForm } from './best.js';
import { Cart } from './cart.js';
import { Finder } from './finder.js';
import { Legend } from './legend.js';
import { categoryName, seatName, seatNames, statusName, traitNames } from './names.js';
import { Shop } from './shop.js';

const SHOW_EVERY_MS = 250;
const WATCH_EVERY_MS = 4_000;
const UNREAD_MS = 3_000;
/** What makes a notice of something that went wrong out of date. */
const GOOD_NEWS = ['chosen', 'places', 'held', 'added', 'given-back', 'booked', 'released'];
const SALE_IS_OVER = ['event-paused', 'not-on-sale', 'event-closed', 'key-missing'];
const name = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const api = new Api();
let scene;
let shop;
let map;
let parts;
let toldAt = -Infinity;

async function open() {
  map = new SeatMap(byId('map'), { pick, hovered });
  const [event, chart] = await Promise.all([api.event(name), api.chart(name)]);
  performance.mark('chart-here');
  scene = new Scene(chart);
  shop = new Shop(api, event, scene, { changed: show, told });
  parts = { cart: new Cart(shop), legend: new Legend(scene, map), finder: new Finder(scene, map, shop), best: new BestForm(scene, shop) };
  parts.legend.counted = showSoldOut;
  showEvent(event);
  map.show(scene);
  for (const [id, act] of Object.entries({ 'zoom-in': () => map.glideZoom(1.7), 'zoom-out': () => map.glideZoom(1 / 1.7), 'zoom-all': () => map.glideHome() })) {
    byId(id).addEventListener('click', act);
  }
  const live = new Live(api, name, { changed: (seats) => changed(live.statuses, seats), state: connection });
  live.follow();
  await shop.resume();
  show();
  if (shop.phase === 'held') map.glideToSeats(shop.mine);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) shop.look(); });
  setInterval(watchSale, WATCH_EVERY_MS);
}

/** A sale begins and ends by the clock, and a paused one goes on when somebody says so: no stream tells of either. */
async function watchSale() {
  if (shop.obstacle === 'paused') await refresh();
  if (shop.obstacle !== parts.obstacle) show();
}

/** Asks again what the event says of itself. */
async function refresh() {
  shop.event = await api.event(name).catch(() => shop.event);
  showEvent(shop.event);
  show();
}

/** Seats are something else: these, or all for null. */
function changed(statuses, seats) {
  const isFirst = !byId('map-status').hidden;
  if (isFirst) byId('map-status').hidden = true;
  map.changed(statuses, seats);
  parts.legend.see(statuses);
  shop.see(statuses, seats);
  if (isFirst) performance.mark('first-seats');
  // The list need not keep pace with a thousand changes a second.
  if (seats === null) parts.finder.show();
  else parts.waiting ??= setTimeout(() => { parts.waiting = null; parts.finder.show(); }, SHOW_EVERY_MS);
}

/** Shows what the shop says. */
function show() {
  if (!parts) return;
  map.chosen = shop.seats;
  map.mine = new Set(shop.mine);
  map.inTheWay = shop.inTheWay;
  map.chosenAreas = new Set([...shop.places.keys()].map((area) => area.name).concat(shop.hold?.areas.map(({ area }) => area) ?? []));
  parts.obstacle = shop.obstacle;
  map.redraw();
  parts.cart.show();
  parts.finder.show();
  parts.best.show();
}

function showEvent(event) {
  document.title = event.title;
  byId('title').textContent = event.title;
  const { opens, closes } = event.rules;
  const isEarly = opens && Date.parse(opens) > Date.now();
  byId('about').textContent = isEarly ? `On sale from ${moment(opens)}` : closes ? `On sale until ${moment(closes)}` : '';
}

const CONNECTIONS = {
  live: ['Live', 'good'],
  lost: ['Reconnecting …', 'warn'],
  closed: ['Closed', 'bad'],
  gone: ['Gone', 'bad'],
};

async function connection(state) {
  const [words, look] = CONNECTIONS[state];
  const wasLost = byId('connection').classList.contains('warn');
  byId('connection').textContent = words;
  byId('connection').className = `badge ${look}`;
  document.body.classList.toggle('stale', state === 'lost');
  if (state === 'lost') tell('The connection was lost. The map shows what was last known, and catches up by itself.', 'warn', 'connection');
  if (state === 'live' && wasLost) {
    hush('connection');
    say('The connection is back.');
  }
  if (state === 'closed' || state === 'gone') tell('This event is over.', 'warn');
  // What the event itself says may have changed meanwhile, and so may the hold.
  if ((state === 'live' && wasLost) || state === 'closed') {
    await refresh();
    await shop.look();
  }
}

/** What the shop has to say, for eyes and ears. */
function told({ what, seat, seats = [], area, quantity, problem }) {
  // Who lost a seat in the moment in which he reserved the others has not read it yet.
  const isUnread = ['held', 'added'].includes(what) && performance.now() - toldAt < UNREAD_MS;
  if (GOOD_NEWS.includes(what) && !isUnread) hush('shop');
  switch (what) {
    case 'chosen': return say(`${seatName(scene, seat)} is chosen. ${seatsWord(shop.quantity)} ${shop.phase === 'held' ? 'to add' : 'in all'}.`);
    case 'left': return say(`${seatName(scene, seat)} is not chosen any more.`);
    case 'places': return say(`${area.name}: ${quantity} chosen.`);
    case 'mine': return say(`${seatName(scene, seat)} is reserved for you. It can be given back in the cart.`);
    case 'unavailable': return say(`${seatName(scene, seat)} is ${statusName(shop.statuses[seat])}.`);
    case 'enough': return tell(`One order can have ${seatsWord(shop.seatsMax)} at most.`, 'warn', 'shop');
    case 'taken': return tell(fasterWords(seats), 'bad', 'shop');
    case 'refused':
      // Whoever is told that the sale is over, or paused, is not shown as if it were not.
      if (!shop.obstacle && SALE_IS_OVER.includes(problem.kind)) refresh();
      return tell(seats.length > 0 ? fasterWords(seats) : wordsFor(problem), 'bad', 'shop');
    case 'lost': return tell('The time is over: your seats have been released. If they are still free you can choose them again.', 'bad', 'shop');
    case 'withdrawn': return tell('The box office has given your seats back: they are not reserved for you any more.', 'bad', 'shop');
    case 'held':
      map.glideToSeats(shop.mine);
      return done(`Reserved for you: ${seatNames(scene, shop.mine) || seatsWord(shop.reserved)}.`);
    case 'added': return done(`Reserved for you, too: ${seatNames(scene, seats) || seatsWord(quantity)}.`);
    case 'given-back': return done(`${seat === undefined ? `One place in ${area.name}` : seatName(scene, seat)} was given back.`);
    case 'extended': return say('You have more time.');
    case 'booked': return done('Booked.');
    case 'released': return done('Your seats were given back.');
    default: return undefined;
  }
}

/** Says what was done. The button that did it is gone, so whoever was there goes on at the top of the cart. */
function done(sentence) {
  byId('cart-title').focus({ preventScroll: true });
  say(sentence);
}

function fasterWords(seats) {
  const kept = shop.seats.size > 0 && 'Your other seats are not affected.';
  const rest = shop.phase === 'held' ? 'What is reserved for you stays yours.' : 'Nothing was reserved.';
  const names = `${seatNames(scene, seats)} ${seats.length === 1 ? 'is' : 'are'}`;
  // What the office takes off sale nobody was faster at.
  const isOffSale = seats.every((seat) => shop.statuses?.[seat] === WITHHELD);
  return `${isOffSale ? `${names} not on sale any more.` : `Somebody was faster: ${names} taken.`} ${kept || rest}`;
}

/** Shows a notice until it is dismissed, or `hush` is called for what it is about. */
function tell(words, look, about = '') {
  const notice = byId('notice');
  notice.className = `notice ${look}`;
  notice.dataset.about = about;
  const dismiss = element('button', { type: 'button', class: 'plain', 'aria-label': 'Dismiss', onclick: () => hush(about) }, '✕');
  notice.replaceChildren(element('p', {}, words), dismiss);
  notice.hidden = false;
  toldAt = performance.now();
}

function hush(about) {
  const notice = byId('notice');
  if (notice.dataset.about !== about || notice.hidden) return;
  notice.hidden = true;
  shop.inTheWay.clear();
  map.redraw();
}

function showSoldOut(free) {
  const sign = byId('sold-out');
  sign.hidden = free > 0 || shop.phase !== 'choosing';
  const held = shop.statuses.includes(1);
  sign.textContent = held ? 'Everything is taken. What others give back appears here at once.' : 'Sold out';
}

function pick(seat, area) {
  if (seat >= 0) shop.toggle(seat);
  else if (area) shop.addPlaces(area, 1);
}

function hovered(seat) {
  const tip = byId('tip');
  tip.hidden = seat < 0;
  if (seat < 0) return;
  const status = shop.statuses?.[seat];
  const state = map.mine.has(seat) ? 'reserved for you' : statusName(status);
  tip.replaceChildren(
    element('strong', {}, seatName(scene, seat)),
    element('span', {}, [categoryName(scene, scene.categories[scene.category[seat]]), ...traitNames(scene.traits[seat])].join(' · ')),
    element('span', { class: status === AVAILABLE ? 'free' : 'quiet' }, state),
  );
  const [x, y] = map.camera.toScreen(scene.x[seat], scene.y[seat]);
  const isLow = y < 110;
  tip.classList.toggle('below', isLow);
  const half = tip.offsetWidth / 2 + 8;
  tip.style.left = `${Math.min(Math.max(x, half), map.camera.width - half)}px`;
  tip.style.top = `${y + (isLow ? 1 : -1) * (map.scene.pitch * map.camera.scale * 0.5 + 10)}px`;
}

open().catch((problem) => {
  byId('title').textContent = problem.kind === 'unknown-event' ? 'There is no such event' : 'This event cannot be shown';
  const words = problem.kind === 'unknown-event' ? [] : [element('span', {}, wordsFor(problem))];
  byId('map-status').replaceChildren(...words, element('a', { href: '/' }, 'See all events'));
  byId('connection').textContent = 'Not connected';
  byId('connection').className = 'badge bad';
  document.body.classList.add('empty');
});
