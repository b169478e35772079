// The map of the chosen event: seats are selected by a box or by a form, and kept from sale or put on sale.

import { byId, say } from '../dom.js';
import { Scene } from '../map/scene.js';
import { SeatMap } from '../map/view.js';
import { Live } from '../stream.js';
import { seatsWord } from '../words.js';

export class Seats {
  constructor(api, attempt) {
    Object.assign(this, { api, attempt });
    this.map = new SeatMap(byId('map'), { boxed: (seats) => this.select(seats), pick: (seat) => this.toggle(seat) });
    this.map.boxing = true;
    byId('boxing').onclick = () => {
      this.map.boxing = !this.map.boxing;
      byId('boxing').setAttribute('aria-pressed', this.map.boxing);
    };
    byId('event').onchange = () => this.attempt(() => this.open(byId('event').value));
    byId('clear').onclick = () => {
      this.map.chosen.clear();
      this.tell();
    };
    byId('range').onsubmit = (submitted) => {
      submitted.preventDefault();
      this.range(new FormData(byId('range')));
    };
    byId('block').onsubmit = (submitted) => {
      submitted.preventDefault();
      const reason = new FormData(byId('block')).get('reason').trim();
      this.keep('block', reason ? { reason } : {});
    };
    byId('unblock').onclick = () => this.keep('unblock', {});
    this.tell();
  }

  async open(name) {
    this.live?.stop();
    this.name = name;
    this.map.chosen.clear();
    const scene = new Scene(await this.api.chart(name));
    if (this.name !== name) return;
    this.map.show(scene);
    const live = new Live(this.api, name, {
      changed: (seats) => this.map.changed(live.statuses, seats),
      state: () => {},
    });
    this.live = live;
    live.follow();
    this.tell();
  }

  stop() {
    this.live?.stop();
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

  /** Selects the seats of a row from one to another, in whichever order they are named. */
  range(form) {
    const { scene } = this.map;
    const find = (seat) =>
      scene?.find([form.get('section'), form.get('row'), seat].map((part) => part.trim()).join('/')) ?? -1;
    const ends = [find(form.get('from').trim()), find(form.get('to').trim())].sort((a, b) => a - b);
    if (!(ends[0] >= 0)) {
      byId('selected').textContent = 'There are no such seats.';
      return;
    }
    this.select(Array.from({ length: ends[1] - ends[0] + 1 }, (_, at) => ends[0] + at));
  }

  tell() {
    const { size } = this.map.chosen;
    byId('selected').textContent = size === 0 ? 'No seat is selected.' : `${seatsWord(size)} selected.`;
    this.map.redraw();
  }

  keep(action, extra) {
    const { scene, chosen } = this.map;
    const seats = [...chosen];
    let last = 0;
    this.attempt(async () => {
      await this.api.keep(
        action,
        this.name,
        seats.map((seat) => scene.label(seat)),
        extra,
        (done) => {
          for (const seat of seats.slice(last, done)) chosen.delete(seat);
          last = done;
        },
      );
      this.tell();
      const sentence = `${seatsWord(seats.length)} ${action}ed.`;
      byId('selected').textContent = sentence;
      say(sentence);
    });
  }
}
