// The nodes of a cluster, and which of them serves which shard. Where a server is alone nothing of this is shown.

import { byId, element } from '../dom.js';
import { count } from '../words.js';

/** Calendars that are further apart are worth a word. */
const APART_MS = 500;

export class Cluster {
  constructor(api, attempt) {
    Object.assign(this, { api, attempt });
    this.isAlone = false;
    this.text = null;
  }

  async show() {
    if (this.isAlone) return;
    const cluster = await this.api.cluster();
    this.isAlone = cluster.node === null;
    for (const id of ['cluster', 'to-cluster']) byId(id).hidden = this.isAlone;
    const text = JSON.stringify(cluster);
    // What is the same stays as it is, with whatever the reader is about to do there.
    if (this.isAlone || text === this.text) return;
    this.text = text;
    byId('cluster-status').textContent = inShort(cluster);
    byId('nodes').replaceChildren(table(cluster));
    byId('shards').replaceChildren(...cluster.shards.map((shard) => tile(shard, cluster.nodes)));
  }
}

function inShort({ shards }) {
  const away = shards.filter(({ state }) => state !== 'serving');
  if (away.length === 0) return `All ${count(shards.length)} shards are served.`;
  return `${count(away.length)} of ${count(shards.length)} shards are not served now: what is asked of them waits, or is refused.`;
}

function table({ node, nodes }) {
  const head = (word, className = '') => element('th', { scope: 'col', class: className }, word);
  const heads = [head('Node'), head('State'), head('Shards', 'number'), head('Calendar', 'number'), head('Address')];
  return element('table', { class: 'events-table' }, [
    element('thead', {}, element('tr', {}, heads)),
    element('tbody', {}, nodes.map((one, at) => line(one, at, one.name === node))),
  ]);
}

function line(one, at, isAsked) {
  const [word, look] = state(one);
  const name = [element('span', { class: `swatch series-${series(at)}`, 'aria-hidden': 'true' }), ` ${one.name}`];
  if (isAsked) name.push(element('span', { class: 'quiet small' }, ' (this page is its)'));
  return element('tr', {}, [
    element('th', { scope: 'row' }, name),
    element('td', { 'data-head': 'State' }, element('span', { class: `badge ${look}` }, word)),
    element('td', { class: 'number', 'data-head': 'Shards' }, one.shards === null ? '?' : count(one.shards)),
    element('td', { class: 'number', 'data-head': 'Calendar' }, calendar(one.calendar_off_ms)),
    element('td', { 'data-head': 'Address', class: 'quiet' }, one.address),
  ]);
}

function state({ reached, certain, leaving }) {
  if (!reached) return ['does not answer', 'warn'];
  if (leaving) return ['leaving', 'warn'];
  if (certain === false) return ['cut off from etcd', 'warn'];
  return ['serving', 'good'];
}

function calendar(off) {
  if (off === null) return '';
  if (Math.abs(off) <= APART_MS) return 'agrees';
  return `${off > 0 ? '+' : '−'}${(Math.abs(off) / 1000).toFixed(1)} s`;
}

function tile({ shard, owner, term, state: how, event, events, behind }, nodes) {
  const at = nodes.findIndex(({ name }) => name === owner);
  const isServed = how === 'serving';
  const title = `Shard ${shard}${event ? `, only for ${event}` : ''}: ${isServed ? `${owner}, ${events} events, ${behind} changes behind` : how}, term ${term ?? 'none'}`;
  const look = isServed && at >= 0 ? `series-${series(at)}` : 'unserved';
  return element('li', { class: `shard ${look}`, title }, element('span', { class: 'unseen' }, title));
}

/** Colours are for the first nodes; further ones share theirs, and their names are in the titles. */
const series = (at) => (at % 4) + 1;
