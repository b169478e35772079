// A chart as something that can be drawn: where each seat lies, what it is called, what it costs.
//
// Seats are numbers here, as in the stream: they are counted in the chart's order, section by section, row by row, and
// after them come the places of the areas.

import { layInBlock, layRows, placeAreas, placeStage, shapeSections } from './layout.js';
import { Grid } from './grid.js';

export const [ACCESSIBLE, COMPANION, RESTRICTED_VIEW] = [1, 2, 4];

/** Colours of categories to which the chart gives none; told apart by people who see few colours, too. */
const COLOURS = ['#4f6bed', '#0f9d8a', '#d9730d', '#b5489b', '#5b8c2a', '#c4463a', '#2f8fc4', '#8a6fd1'];

export class Scene {
  /** Reads a chart as `GET /v1/events/{event}/chart` tells it. */
  constructor(chart) {
    this.currency = chart.currency ?? null;
    this.categories = [];
    (chart.categories ?? []).forEach((category) => this.addCategory(category));
    this.sections = [];
    this.rows = [];
    this.areas = [];
    this.isPlain = typeof chart.seats === 'number';
    const sections = this.isPlain ? plain(chart.seats) : chart.sections ?? [];
    this.numbered = sections.flatMap((section) => section.rows).reduce((sum, row) => sum + seatsOf(row), 0);
    this.x = new Float32Array(this.numbered);
    this.y = new Float32Array(this.numbered);
    this.category = new Uint8Array(this.numbered);
    this.traits = new Uint8Array(this.numbered);
    this.isPlaced = new Uint8Array(this.numbered);
    this.takeSections(sections);
    this.takeAreas(chart.areas ?? []);
    this.lay(chart.focus ?? null);
  }

  /** The full label of a seat, such as `Stalls/A/12`: what it is called in requests. */
  label(seat) {
    const row = this.rowOf(seat);
    const own = this.ownLabel(seat, row);
    return this.isPlain ? own : `${this.sections[row.section].name}/${row.label}/${own}`;
  }

  /** What is written on the seat itself, such as `12`. */
  ownLabel(seat, row = this.rowOf(seat)) {
    const place = seat - row.first;
    return row.labels ? row.labels[place] : String(row.from + place);
  }

  /** The row of a seat, found by halving. */
  rowOf(seat) {
    let [low, high] = [0, this.rows.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.rows[middle].first <= seat) low = middle;
      else high = middle - 1;
    }
    return this.rows[low];
  }

  /** The seat with this full label, or -1. */
  find(label) {
    if (this.isPlain) return Number(label) - 1;
    const [section, rowLabel, own] = label.split('/');
    this.rowsByName ??= byName(this);
    for (const row of this.rowsByName.get(`${section}/${rowLabel}`) ?? []) {
      const place = row.labels ? row.labels.indexOf(own) : Number(own) - row.from;
      if (place >= 0 && place < row.seats) return row.first + place;
    }
    return -1;
  }

  /** The area that a place belongs to, if it is one. */
  areaOf(seat) {
    return this.areas.find((area) => seat >= area.first && seat < area.first + area.capacity) ?? null;
  }

  addCategory({ name, colour = null, price = null }) {
    const nth = this.categories.length;
    this.categories.push({ name, price, colour: colour ?? COLOURS[nth % COLOURS.length], nth });
    return nth;
  }

  /** The number of a category by its name; one that the chart does not list is added. */
  categoryNamed(name = 'standard') {
    const found = this.categories.find((category) => category.name === name);
    return found ? found.nth : this.addCategory({ name });
  }

  takeSections(sections) {
    let first = 0;
    for (const section of sections) {
      const nth = this.sections.length;
      const rows = [this.rows.length, this.rows.length + section.rows.length];
      this.sections.push({ name: section.name, rows, first, seats: 0 });
      for (const row of section.rows) {
        this.takeRow(row, nth, first, row.category ?? section.category);
        first += seatsOf(row);
      }
      this.sections[nth].seats = first - this.sections[nth].first;
    }
  }

  takeRow(row, section, first, inherited) {
    const seats = seatsOf(row);
    const own = Array.isArray(row.seats) ? row.seats : [];
    const labels = own.length > 0 ? own.map((seat) => (typeof seat === 'string' ? seat : seat.label)) : null;
    this.rows.push({ section, label: row.label, first, seats, labels, from: row.from ?? 1 });
    this.category.fill(this.categoryNamed(inherited ?? (own.every?.((seat) => seat.category) && own[0]?.category) ?? undefined), first, first + seats);
    own.forEach((seat, place) => {
      if (typeof seat !== 'string') this.takeSeat(seat, first + place);
    });
  }

  takeSeat(seat, number) {
    if (seat.category) this.category[number] = this.categoryNamed(seat.category);
    if (seat.x !== undefined) {
      this.x[number] = seat.x;
      this.y[number] = seat.y;
      this.isPlaced[number] = 1;
    }
    this.traits[number] = (seat.accessible ? ACCESSIBLE : 0)
      | (seat.companion ? COMPANION : 0)
      | (seat.restricted_view ? RESTRICTED_VIEW : 0);
  }

  takeAreas(areas) {
    let first = this.numbered;
    for (const { name, capacity, category, x = null, y = null } of areas) {
      this.areas.push({ name, capacity, category: this.categoryNamed(category), first, x, y, box: null });
      first += capacity;
    }
    this.count = first;
  }

  /** Gives everything its place. */
  lay(focus) {
    if (this.isPlain) layInBlock(this);
    else layRows(this);
    this.grid = new Grid(this.x, this.y);
    /** How far apart neighbours are: the unit of everything that is drawn. */
    this.pitch = this.grid.pitch;
    shapeSections(this);
    placeAreas(this);
    placeStage(this, focus);
  }
}

/** The rows by section and label; the parts beside an aisle share theirs. */
function byName({ rows, sections }) {
  const found = new Map();
  for (const row of rows) {
    const name = `${sections[row.section].name}/${row.label}`;
    found.set(name, [...(found.get(name) ?? []), row]);
  }
  return found;
}

const seatsOf = (row) => (typeof row.seats === 'number' ? row.seats : row.seats.length);

/** A chart of plain numbers: one row without a name. */
function plain(seats) {
  return [{ name: '', rows: seats > 0 ? [{ label: '', seats }] : [] }];
}
