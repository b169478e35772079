// For everybody: without a mouse, and without eyes.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { Buyer } from '../buyer.mjs';
import { theatre } from '../houses.mjs';
import { screens } from '../screens.mjs';
import { Server } from '../server.mjs';

const server = new Server();
test.beforeAll(async () => {
  await server.start();
  await server.event('play', theatre(), { title: 'A play' });
});
test.afterAll(() => server.stop());

test('seats are bought with the keyboard alone', async ({ page }) => {
  const ada = await new Buyer(page).open(server.url, 'play');
  const keys = page.keyboard;
  await ada.tabTo(page.locator('.skip'));
  await keys.press('Enter');
  await ada.tabTo(page.locator('#finder-section'));
  await keys.press('ArrowDown');
  await expect(page.locator('#finder-section')).toHaveValue('1');
  await ada.tabTo(ada.seat('Centre, row A, seat 1'));
  for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'Enter', 'ArrowRight', 'Enter']) await keys.press(key);
  await expect(page.locator('#said')).toContainText('2 seats in all');
  await expect(page.locator(':focus')).toHaveAttribute('aria-pressed', 'true');
  await screens(page, 'keyboard');
  await ada.tabTo(ada.button('Reserve 2 seats'));
  await keys.press('Enter');
  await ada.holds();
  await expect(page.locator('#said')).toContainText('Reserved for you: Centre, row B, seat');
  await ada.tabTo(ada.button(/^Pay/));
  await keys.press('Enter');
  await expect(page.locator('#cart-title')).toHaveText('Booked');
  await expect(page.locator('#cart-title')).toBeFocused();
});

test('the map is moved with the keyboard', async ({ page }) => {
  const ada = await new Buyer(page).open(server.url, 'play');
  await ada.tabTo(page.locator('#map'));
  const before = await page.locator('#map').screenshot();
  await page.keyboard.press('+');
  await page.waitForTimeout(600);
  const near = await page.locator('#map').screenshot();
  expect(near.equals(before)).toBe(false);
  await page.keyboard.press('ArrowDown');
  await page.waitForTimeout(300);
  expect((await page.locator('#map').screenshot()).equals(near)).toBe(false);
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing serious, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    const serious = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    };
    await page.goto(server.url);
    await expect(page.locator('.event-card').first()).toBeVisible();
    expect(await serious()).toEqual([]);
    const ada = await new Buyer(page).open(server.url, 'play');
    expect(await serious()).toEqual([]);
    await ada.seat('Left, row A, seat 1').click();
    expect(await serious()).toEqual([]);
    await page.locator('#reserve').click();
    await ada.holds();
    expect(await serious()).toEqual([]);
    await ada.button('Give all back').click();
    await expect(ada.timer).toBeHidden();
  });
}

test('a server that asks for keys shows what is free, and sells nothing to who has none', async ({ page }) => {
  const made = execFileSync(process.env.SEATLOCK_BIN, ['key', 'new', '--role', 'admin', '--name', 'boss'], { encoding: 'utf8' });
  const [secret] = made.match(/\bsk_[0-9a-f]{64}\b/);
  const line = `boss admin ${createHash('sha256').update(secret).digest('hex')}`;
  const closed = new Server({ options: ['--key-env', 'KEYS_OF_THIS_TEST'], env: { KEYS_OF_THIS_TEST: line } });
  await closed.start();
  try {
    closed.headers = { authorization: `Bearer ${secret}` };
    await closed.event('play', theatre());
    const ada = await new Buyer(page).open(closed.url, 'play');
    await expect(ada.cart).toContainText('Tickets are sold by the box office');
    await expect(ada.button(/^Reserve/)).toHaveCount(0);
    await closed.hold('play', ['Left/A/2']);
    await ada.sees('Left, row A, seat 2', 'in somebody’s basket');
    await screens(page, 'box-office');
  } finally {
    await closed.stop();
  }
});
