// The operator's page: what the server says of itself, and that everybody can read it.

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { club, theatre } from '../houses.mjs';
import { Operator } from '../operator.mjs';
import { screens } from '../screens.mjs';
import { Server } from '../server.mjs';

/** Buyers who come one after the other until they are told to go home; each third wants what is sold already. */
function crowd(server, event) {
  const crowd = { isOver: false };
  const buy = async () => {
    const labels = Object.keys((await server.ask('GET', `/v1/events/${event}/seats`)).seats);
    for (let nth = 0; !crowd.isOver; nth += 1) {
      const seat = labels[nth % 3 === 2 ? 6 : (6 + nth * 7919) % labels.length];
      const held = await server.hold(event, [seat], `user ${nth}`).catch(() => null);
      if (held && nth % 4 < 3) await server.ask('POST', `/v1/holds/${held.id}/confirm`, {}, { 'seatlock-token': held.token });
      await new Promise((done) => setTimeout(done, 10 + 30 * Math.abs(Math.sin(nth / 60))));
    }
  };
  crowd.gone = buy();
  return crowd;
}

test.describe('a server that keeps its data', () => {
  const server = new Server();
  test.beforeAll(async () => {
    server.options.push('--data', await mkdtemp(join(tmpdir(), 'seatlock-data-')));
    server.env.SEATLOCK_MEMORY = 'false';
    await server.start();
    await server.event('premiere', theatre(), { title: 'La Traviata' });
    await server.event('late', club(), { title: 'Late night club' });
    await server.ask('PUT', '/v1/events/late', { state: 'paused' });
    await server.ask('POST', '/v1/events/premiere/block', { seats: ['Left/A/1', 'Left/A/2', 'Left/A/3'], reason: 'camera' });
  });
  test.afterAll(() => server.stop());

  test('what happens is drawn, by what it was and what was in the way', async ({ page }) => {
    test.slow();
    const operator = await new Operator(page).open(server.url);
    await expect(operator.figure('Seats', 'Free')).not.toHaveText('–');
    await expect(operator.figure('Seats', 'Blocked')).toHaveText('3');
    const buyers = crowd(server, 'premiere');
    const positive = /^(?!0$)[\d.,]+$/;
    try {
      await expect(operator.figure('Holds and bookings', 'Holds')).toHaveText(positive);
      await expect(operator.figure('Holds and bookings', 'Bookings')).toHaveText(positive);
      await expect(operator.figure('Answer time', '99 % below')).toHaveText(positive);
      await expect(operator.figure('Ledger commits')).toHaveText(positive);
      await expect(operator.figure('Commit time', 'half below')).toHaveText(positive);
      await expect(operator.figure('Seats', 'Booked')).toHaveText(positive);
      await expect(operator.figure('Refusals', 'Sold')).toHaveText(positive);
      await operator.choose('premiere');
      await screens(page, 'admin-desk', { fullPage: true });
    } finally {
      buyers.isOver = true;
      await buyers.gone;
    }
    const summary = page.locator('summary[aria-label="Refusals as a table"]');
    await summary.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('columnheader', { name: 'None left' })).toBeVisible();
    const seconds = page.locator('.plot').filter({ has: summary }).locator('tbody tr');
    await expect(seconds.first()).toContainText('0');
    expect(await operator.faults()).toEqual([]);
  });
});

test.describe('a server that keeps nothing', () => {
  const server = new Server();
  test.beforeAll(() => server.start());
  test.afterAll(() => server.stop());

  test('there is no ledger to be shown, and the page says so', async ({ page }) => {
    const operator = await new Operator(page).open(server.url);
    await expect(page.locator('#metrics-status')).toContainText('everything in memory');
    await expect(operator.figure('Tape depth')).toHaveText('0');
    await expect(operator.figure('Ledger commits')).toHaveCount(0);
  });

  test('an on-sale that has just begun has axes, and no holes where nothing was asked', async ({ page }) => {
    const operator = await new Operator(page).open(server.url);
    await expect(operator.figure('Holds and bookings', 'Holds')).toHaveText('0');
    await expect(operator.figure('Answer time', 'half below')).toHaveText('–');
    const frame = page.locator('.plot', { hasText: 'Holds and bookings' }).locator('.plot-frame');
    await expect(frame).toContainText('5 min ago');
    await expect(frame.locator('.plot-top')).toHaveText('1');
    await expect(frame.locator('path.series-1')).toHaveAttribute('d', /^M/);
  });

  for (const colorScheme of ['light', 'dark']) {
    test(`no serious fault in accessibility, ${colorScheme}`, async ({ page }) => {
      // Axe looks at the whole page five times.
      test.slow();
      await page.emulateMedia({ colorScheme });
      await server.event(`axe-${colorScheme}`, club());
      const operator = await new Operator(page).open(server.url);
      await operator.choose(`axe-${colorScheme}`);
      await operator.select('Stalls', 'A', 1, 3);
      expect(await operator.faults()).toEqual([]);
      const { id, token } = await server.ask('POST', `/v1/events/axe-${colorScheme}/holds`, {
        user: 'ada',
        seats: ['Stalls/A/1'],
        areas: [{ area: 'Floor', quantity: 2 }],
      });
      await operator.lookUp(id);
      await expect(operator.found).toContainText('Held');
      expect(await operator.faults()).toEqual([]);
      await server.ask('POST', `/v1/holds/${id}/confirm`, {}, { 'seatlock-token': token });
      await operator.lookUp(id);
      await expect(operator.found).toContainText('Booked');
      expect(await operator.faults()).toEqual([]);
      await operator.button('Cancel all of it').click();
      await expect(operator.question).toBeVisible();
      expect(await operator.faults()).toEqual([]);
      await operator.say('Leave it');
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await operator.faults()).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    });
  }
});
