// The connection is lost and comes back, without a reload.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Buyer } from '../buyer.mjs';
import { club } from '../houses.mjs';
import { screens } from '../screens.mjs';
import { Server } from '../server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'seatlock-pages-'));
// With a folder of its own: what was held before the server was killed is held after it.
const server = new Server({ data: folder });
test.beforeAll(() => server.start());
test.afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

test('a server that is killed and started again is found again, with the hold and all that changed meanwhile', async ({ page }) => {
  await server.event('crash', club(), { title: 'Friday night' });
  const ada = await new Buyer(page).open(server.url, 'crash');
  await ada.choose('Stalls, row A, seat 3');
  await ada.reserve();
  await ada.holds();
  await server.hold('crash', ['Stalls/A/9']);
  await ada.sees('Stalls, row A, seat 9', 'in somebody’s basket');

  await server.stop('SIGKILL');
  await expect(page.locator('#connection')).toHaveText('Reconnecting …');
  await expect(ada.notice).toContainText('The connection was lost');
  await screens(page, 'lost');

  await server.start();
  await server.hold('crash', ['Stalls/A/10'], 'somebody else');
  await expect(page.locator('#connection')).toHaveText('Live');
  await expect(ada.notice).toBeHidden();
  await ada.sees('Stalls, row A, seat 10', 'in somebody’s basket');
  await ada.sees('Stalls, row A, seat 3', 'reserved for you');
  await ada.button(/^Pay/).click();
  await expect(page.locator('#cart-title')).toHaveText('Booked');
});

test('a page without a network catches up once it has one', async ({ page, context }) => {
  await server.event('offline', club());
  const ada = await new Buyer(page).open(server.url, 'offline');
  await context.setOffline(true);
  await expect(page.locator('#connection')).toHaveText('Reconnecting …');
  await server.hold('offline', ['Stalls/A/2']);
  await ada.choose('Stalls, row A, seat 2');
  await ada.reserve();
  await context.setOffline(false);
  await expect(page.locator('#connection')).toHaveText('Live');
  await ada.sees('Stalls, row A, seat 2', 'in somebody’s basket');
  await expect(ada.notice).toContainText('Somebody was faster');
});
