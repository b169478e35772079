// What seats and areas are called, to eyes and to ears.

import { AVAILABLE, BOOKED, HELD } from '../api.js';
import { ACCESSIBLE, COMPANION, RESTRICTED_VIEW } from '../map/scene.js';
import { money, seatsWord } from '../words.js';

/** `Stalls, row A, seat 12`. */
export function seatName(scene, seat) {
  const row = scene.rowOf(seat);
  const own = scene.ownLabel(seat, row);
  return scene.isPlain ? `Seat ${own}` : `${scene.sections[row.section].name}, row ${row.label}, seat ${own}`;
}

/** Several seats in a few words: `Stalls, row A, seats 12, 13`, and how many more there are. */
export function seatNames(scene, seats) {
  const shown = [...seats].slice(0, 3).map((seat) => seatName(scene, seat));
  const more = seats.length - shown.length;
  return shown.join('; ') + (more > 0 ? ` and ${seatsWord(more)} more` : '');
}

/** `Premium, €120.00`; a category without a price is its name alone. */
export function categoryName(scene, { name, price }) {
  return [name, money(price, scene.currency)].filter(Boolean).join(', ');
}

export function traitNames(traits) {
  return [
    traits & ACCESSIBLE && 'for a wheelchair',
    traits & COMPANION && 'for a companion',
    traits & RESTRICTED_VIEW && 'restricted view',
  ].filter(Boolean);
}

export function statusName(status) {
  if (status === AVAILABLE) return 'free';
  if (status === HELD) return 'in somebody’s basket';
  return status === BOOKED ? 'sold' : 'not on sale';
}
