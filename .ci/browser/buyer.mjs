// A buyer at the live map, as he would say what he does.

import { expect } from '@playwright/test';

export class Buyer {
  constructor(page) {
    this.page = page;
    this.notice = page.locator('#notice');
    this.cart = page.locator('#cart');
    this.timer = page.locator('#timer');
  }

  async open(url, event) {
    await this.page.goto(`${url}/e/${event}`);
    await expect(this.page.locator('#map-status')).toBeHidden();
    await expect(this.page.locator('#connection')).toHaveText('Live');
    return this;
  }

  /** A seat in the list, by its whole name such as `Stalls, row A, seat 3`. */
  seat(name) {
    return this.page.locator(`.seat[aria-label^="${name},"]`);
  }

  async choose(name) {
    await this.seat(name).click();
    await expect(this.seat(name)).toHaveAttribute('aria-pressed', 'true');
  }

  button(name, options = {}) {
    return this.page.getByRole('button', { name, ...options });
  }

  reserve() {
    return this.button(/^Reserve \d+ seat/).click();
  }

  /** Says that the seats are reserved, and the countdown runs. */
  async holds() {
    await expect(this.page.locator('#cart-title')).toHaveText('Reserved for you');
    await expect(this.timer).toHaveText(/^\d+:\d\d$/);
  }

  /** What the list says that a seat is. */
  status(name) {
    return this.seat(name).getAttribute('aria-label').then((label) => label.split(', ').at(-1));
  }

  /** Waits until the list says that a seat is this. */
  async sees(name, status) {
    await expect(this.seat(name)).toHaveAttribute('aria-label', new RegExp(`, ${status}$`));
  }

  /** Presses a key until an element has the focus, as somebody without a mouse does. */
  async tabTo(locator, key = 'Tab') {
    for (let presses = 0; presses < 60; presses += 1) {
      if (await locator.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press(key);
    }
    throw new Error(`60 times ${key} did not lead to ${locator}`);
  }
}

/** A buyer in another browser altogether: nothing is shared with the first. */
export async function another(browser) {
  return new Buyer(await (await browser.newContext()).newPage());
}
