// Taking in a chart from a file: its errors stand at their lines.

import { byId, element, say } from '../dom.js';

/** Lines shown around each error: a chart can have a hundred thousand. */
const AROUND = 2;
const LINES_MAX = 400;

export class ChartImport {
  constructor(api, attempt, made) {
    Object.assign(this, { api, attempt, made, text: null, type: 'application/json' });
    const form = byId('import');
    const drop = byId('drop');
    byId('file').onchange = () => this.take(byId('file').files[0]);
    drop.ondragover = (event) => {
      event.preventDefault();
      drop.classList.add('over');
    };
    drop.ondragleave = () => drop.classList.remove('over');
    drop.ondrop = (event) => {
      event.preventDefault();
      drop.classList.remove('over');
      this.take(event.dataTransfer.files[0]);
    };
    form.onsubmit = (event) => {
      event.preventDefault();
      this.attempt(() => this.send());
    };
    byId('make').onclick = () => {
      if (!form.reportValidity()) return;
      const name = form.elements.name.value;
      this.attempt(async () => {
        await this.api.change(name, { chart: name });
        say(`The event ${name} is made.`);
        await this.made();
      });
    };
  }

  async take(file) {
    if (!file) return;
    this.text = await file.text();
    this.type = file.name.toLowerCase().endsWith('.csv') ? 'text/csv' : 'application/json';
    byId('import').elements.name.value ||= file.name
      .replace(/\.\w+$/, '')
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, '-');
    this.show([]);
  }

  async send() {
    if (this.text === null) throw new Error('Choose a file first.');
    try {
      const chart = await this.api.putChart(byId('import').elements.name.value, this.text, this.type);
      this.show([]);
      byId('faults').replaceChildren(
        element('li', { class: 'good' }, `${chart.name} is taken in: ${chart.seats} seats.`),
      );
      say(`${chart.name} is taken in.`);
    } catch (failure) {
      if (!failure.told?.errors) throw failure;
      this.show(failure.told.errors);
    }
  }

  show(errors) {
    const at = Map.groupBy(errors, (error) => error.line ?? 0);
    const lines = this.text.split('\n');
    const wanted = (number) => errors.length === 0 || [...at.keys()].some((line) => Math.abs(line - number) <= AROUND);
    const numbers = lines
      .map((_, nth) => nth + 1)
      .filter(wanted)
      .slice(0, LINES_MAX);
    byId('faults').replaceChildren(
      ...errors.map(({ line, field, reason }) =>
        element('li', {}, `${line ? `Line ${line}, ` : ''}${field ?? ''}: ${reason}`),
      ),
    );
    byId('lines').replaceChildren(
      ...numbers.map((number) => {
        const faults = (at.get(number) ?? []).map(({ field, reason }) => element('em', {}, `${field ?? ''} ${reason}`));
        return element('li', { value: number, class: faults.length > 0 ? 'bad' : '' }, [
          element('code', {}, lines[number - 1]),
          ...faults,
        ]);
      }),
    );
    if (errors.length > 0) say(`${errors.length} errors in the chart.`);
  }
}
