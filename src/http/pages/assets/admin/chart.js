// Taking in a chart from a file: its errors stand at their lines. And making an event of it.

import { byId, element, say } from '../dom.js';
import { count, seatsWord } from '../words.js';

/** Lines shown around each error: a chart can have a hundred thousand. */
const AROUND = 2;
const LINES_MAX = 400;

export class ChartImport {
  /** `made(name)` is called when there is another event. */
  constructor(api, attempt, made) {
    Object.assign(this, { api, attempt, made, text: null, type: 'application/json' });
    byId('file').onchange = () => this.attempt(() => this.take(byId('file').files[0]));
    this.catch(byId('drop'));
    byId('import').onsubmit = (submitted) => {
      submitted.preventDefault();
      this.attempt(() => this.send());
    };
    byId('make').onsubmit = (submitted) => {
      submitted.preventDefault();
      this.attempt(() => this.make(byId('make').elements));
    };
  }

  /** A file that is dropped anywhere else would be opened in the page's place. */
  catch(drop) {
    for (const name of ['dragover', 'drop']) addEventListener(name, (event) => event.preventDefault());
    drop.ondragover = () => drop.classList.add('over');
    drop.ondragleave = () => drop.classList.remove('over');
    drop.ondrop = (event) => {
      drop.classList.remove('over');
      this.attempt(() => this.take(event.dataTransfer.files[0]));
    };
  }

  async take(file) {
    if (!file) return;
    this.text = await file.text();
    this.type = file.name.toLowerCase().endsWith('.csv') ? 'text/csv' : 'application/json';
    byId('file-name').textContent = `${file.name}, ${count(this.text.split('\n').length)} lines`;
    byId('import').elements.name.value = nameOf(file.name);
    byId('imported').textContent = '';
    this.show([]);
  }

  async send() {
    if (this.text === null) throw new Error('Choose a file first.');
    byId('imported').textContent = '';
    try {
      const chart = await this.api.putChart(byId('import').elements.name.value, this.text, this.type);
      this.show([]);
      byId('imported').textContent = `${chart.name} is taken in: ${seatsWord(chart.seats)}.`;
      const { event, title } = byId('make').elements;
      event.value ||= chart.name;
      title.placeholder = event.value;
    } catch (failure) {
      if (!failure.told?.errors) throw failure;
      this.show(failure.told.errors, failure.told.more ?? 0);
    }
  }

  async make({ event, title, open }) {
    const name = event.value;
    const chart = byId('import').elements.name.value || name;
    await this.api.change(name, { chart, title: title.value.trim() || name, state: open.checked ? 'open' : 'paused' });
    const sentence = `The event ${name} is made${open.checked ? ' and on sale' : ', and paused'}.`;
    byId('imported').textContent = sentence;
    event.value = '';
    title.value = '';
    await this.made(name);
  }

  /** The errors, and the lines around them; without any, how the text begins. `more` errors are not told. */
  show(errors, more = 0) {
    const at = Map.groupBy(errors, (error) => error.line ?? 0);
    const lines = this.text.split('\n');
    const wanted = new Set();
    for (const line of at.keys()) for (let near = line - AROUND; near <= line + AROUND; near += 1) wanted.add(near);
    const numbers = lines
      .map((_, nth) => nth + 1)
      .filter((number) => errors.length === 0 || wanted.has(number))
      .slice(0, LINES_MAX);
    const told = errors.map((error) => element('li', {}, `${error.line ? `Line ${error.line}: ` : ''}${reasonOf(error)}`));
    if (more > 0) told.push(element('li', {}, `and ${count(more)} others`));
    byId('faults').replaceChildren(...told);
    byId('lines').replaceChildren(...numbers.map((number) => this.line(number, lines[number - 1], at.get(number) ?? [])));
    if (errors.length > 0) say(`${count(errors.length + more)} errors in the chart.`);
  }

  line(number, text, errors) {
    const faults = errors.map((error) => element('em', {}, reasonOf(error)));
    return element('li', { class: faults.length > 0 ? 'bad' : '' }, [
      element('span', { class: 'line-number', 'aria-hidden': 'true' }, count(number)),
      element('code', {}, text),
      ...faults,
    ]);
  }
}

const reasonOf = ({ field, reason }) => (field ? `${field} ${reason}` : reason);

/** A file's name as the name of a chart. */
const nameOf = (file) => file
  .replace(/\.\w+$/, '')
  .toLowerCase()
  .replace(/[^a-z0-9._-]+/g, '-')
  .replace(/^[^a-z0-9]+/, '');
