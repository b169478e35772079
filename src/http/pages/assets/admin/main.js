// The operator's page: asks for a key where the server wants one, and puts the parts together.

import { Problem } from '../api.js';
import { byId } from '../dom.js';
import { wordsFor } from '../words.js';
import { ChartImport } from './chart.js';
import { AdminApi } from './client.js';
import { Cluster } from './cluster.js';
import { Events } from './events.js';
import { LookUp } from './lookup.js';
import { Seats } from './seats.js';
import { Trends } from './trends.js';

/** The browser's own copy goes with the page; nothing here writes the key anywhere. */
const api = new AdminApi();
const EVENTS_MS = 2000;

/** Does something, and tells the reader what went wrong with it. */
async function attempt(work) {
  byId('notice').hidden = true;
  try {
    await work();
  } catch (failure) {
    notice(told(failure));
  }
}

function notice(sentence) {
  byId('notice').textContent = sentence;
  byId('notice').hidden = false;
}

/** An operator is told more than a buyer: what the server said, and of which seats. */
function told(failure) {
  if (!(failure instanceof Problem)) return failure.message;
  if (failure.status === 0) return wordsFor(failure);
  if (failure.status === 401) return 'The server does not know this key.';
  if (failure.status === 403) return wordsFor(failure);
  const seats = failure.seats.map(({ seat, status }) => `${seat} is ${status === 'withheld' ? 'blocked' : status}`);
  const errors = (failure.told.errors ?? []).map(({ field, reason }) => `${field} ${reason}`);
  return [failure.message, ...seats, ...errors].join('; ');
}

async function enter() {
  await api.probe();
  byId('sign-in').hidden = true;
  byId('desk').hidden = false;
  byId('forget').hidden = api.key === null;
  const seats = new Seats(api, attempt);
  const events = new Events(api, attempt, (shown) => attempt(() => seats.offer(shown)));
  new LookUp(api, attempt, seats);
  new ChartImport(api, attempt, async (name) => {
    await events.show();
    await seats.open(name);
  });
  new Trends(api);
  const cluster = new Cluster(api, attempt);
  await cluster.show();
  await events.show();
  setInterval(() => {
    if (document.hidden) return;
    events.show().catch(() => {});
    cluster.show().catch(() => {});
  }, EVENTS_MS);
}

byId('sign-in').onsubmit = (submitted) => {
  submitted.preventDefault();
  api.key = byId('key').value.trim();
  byId('key').value = '';
  attempt(enter);
};
byId('forget').onclick = () => location.reload();

enter().catch((failure) => {
  const needsKey = failure.status === 401 || failure.status === 403;
  byId('sign-in').hidden = !needsKey;
  if (needsKey) byId('key').focus();
  else notice(told(failure));
});
