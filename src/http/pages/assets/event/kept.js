// What this tab keeps through a reload, and nobody else has: the name that it goes by, and its hold's id and token. Whoever
// has those can use the hold, so they are gone with the tab.

import { randomHex } from '../api.js';

const USER = 'seatlock:user';
const holdOf = (event) => `seatlock:hold:${event}`;

/** Whom the holds are for: a name of this tab's own, as nobody has to say who he is. */
export function user() {
  let name = sessionStorage.getItem(USER);
  if (!name) {
    name = `visitor-${randomHex(8)}`;
    sessionStorage.setItem(USER, name);
  }
  return name;
}

/** `{id, token}` of the hold at an event, or null. */
export function keptKey(event) {
  return JSON.parse(sessionStorage.getItem(holdOf(event)));
}

export function keepKey(event, key) {
  if (key) sessionStorage.setItem(holdOf(event), JSON.stringify(key));
  else sessionStorage.removeItem(holdOf(event));
}
