// The list of events, each with a link to its live map.

import { Api } from './api.js';
import { element } from './dom.js';
import { count, stateWord, wordsFor } from './words.js';

const status = document.getElementById('status');
const list = document.getElementById('events');

function line(event) {
  const { available, held, booked, withheld } = event.counts;
  const seats = available + held + booked + withheld;
  const free = event.state === 'open' ? `${count(available)} of ${count(seats)} free` : stateWord(event.state);
  return element('li', {}, [
    element('a', { href: `/e/${encodeURIComponent(event.name)}`, class: 'card event-card' }, [
      element('span', { class: 'event-title' }, event.title),
      element('span', { class: 'quiet' }, free),
    ]),
  ]);
}

async function show() {
  try {
    const { events } = await new Api().events();
    // What is on sale comes first; within that the order is the server's.
    const shown = events.filter((event) => event.state !== 'closed');
    list.replaceChildren(...shown.map(line));
    status.textContent = shown.length > 0 ? '' : 'No event is on sale right now.';
  } catch (problem) {
    status.textContent = wordsFor(problem);
  }
}

show();
