// The live map of an event: puts the parts of the page together.

import { Api } from '../api.js';
import { byId } from '../dom.js';
import { Scene } from '../map/scene.js';
import { SeatMap } from '../map/view.js';
import { Live } from '../stream.js';
import { wordsFor } from '../words.js';

const name = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const api = new Api();
const map = new SeatMap(byId('map'));

async function open() {
  const [event, chart] = await Promise.all([api.event(name), api.chart(name)]);
  document.title = event.title;
  byId('title').textContent = event.title;
  map.show(new Scene(chart));
  const live = new Live(api, name, {
    changed: (seats) => {
      map.changed(live.statuses, seats);
      byId('map-status').hidden = true;
    },
    state: (word) => { byId('connection').textContent = word; },
  });
  live.follow();
}

open().catch((problem) => {
  byId('title').textContent = wordsFor(problem);
  byId('map-status').textContent = wordsFor(problem);
});
