// Somebody who runs a sale from the operator's page, as he would say what he does.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';

export class Operator {
  constructor(page) {
    this.page = page;
    this.notice = page.locator('#notice');
    this.selected = page.locator('#selected');
    this.found = page.locator('#found');
    this.question = page.getByRole('dialog');
    this.map = page.locator('#map');
  }

  async open(url) {
    await this.page.goto(`${url}/admin`);
    await expect(this.page.getByRole('heading', { name: 'Events' })).toBeVisible();
    return this;
  }

  /** Chooses an event, and waits until its map is drawn. */
  async choose(event) {
    await this.page.locator('#event').selectOption(event);
    await expect(this.page.locator('#map-status')).toBeHidden();
    await expect(this.map).toBeVisible();
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    return this;
  }

  button(name, options = { exact: true }) {
    return this.page.getByRole('button', { name, ...options });
  }

  /** Selects seats by the form below the map. */
  async select(section, row, from, to = from) {
    const form = this.page.locator('#range');
    for (const [name, value] of Object.entries({ section, row, from, to })) await form.locator(`[name=${name}]`).fill(String(value));
    await this.button('Select').click();
  }

  async lookUp(what) {
    await this.page.getByLabel('Id or seat').fill(what);
    await this.button('Look up').click();
  }

  /** Answers the question that is on the screen. */
  async say(word) {
    await expect(this.question).toBeVisible();
    await this.question.getByRole('button', { name: word, exact: true }).click();
    await expect(this.question).toBeHidden();
  }

  /** What a chart of the server's metrics says now. */
  figure(plot, series) {
    const figure = this.page.locator('.plot').filter({ has: this.page.locator('.plot-title', { hasText: new RegExp(`^${plot}$`) }) });
    return series ? figure.locator('.legend li').filter({ hasText: series }).locator('strong') : figure.locator('.legend strong');
  }

  /** Presses Tab until an element has the focus, as somebody without a mouse does. */
  async tabTo(locator) {
    for (let presses = 0; presses < 120; presses += 1) {
      if (await locator.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`120 times Tab did not lead to ${locator}`);
  }

  /** What axe finds that is serious. */
  async faults() {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }
}

/** A new admin's key, whose hash stands in a file of this folder. */
export function makeKey(folder) {
  const options = ['key', 'new', '--role', 'admin', '--name', 'office', '--append', join(folder, 'keys')];
  return execFileSync(process.env.SEATLOCK_BIN, options).toString().trim();
}
