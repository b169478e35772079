// The operator's page.

import { mkdtemp } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import AxeBuilder from '@axe-core/playwright';
import { club } from '../houses.mjs';
import { Server } from '../server.mjs';

const MARKUP = '<img src=x onerror="document.title=1">';
const shots = '../../target/screens';
const server = new Server();
test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

async function open(page, name) {
  await server.event(name, club());
  await page.goto(`${server.url}/admin`);
  await page.locator('#event').selectOption(name);
  await expect.poll(() => page.evaluate(() => performance.getEntriesByName('first-picture').length)).toBeGreaterThan(0);
}

const withheld = async (name) => Object.values((await server.ask('GET', `/v1/events/${name}/seats`)).seats).filter((seat) => (seat.status ?? seat) === 'withheld').length;

test('a box on the map blocks seats, and buyers see it', async ({ page }) => {
  await open(page, 'boxed');
  const map = page.locator('#map');
  await map.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await map.boundingBox();
  await page.mouse.move(x + 5, y + 5);
  await page.mouse.down();
  await page.mouse.move(x + width - 5, y + height - 5, { steps: 5 });
  await page.mouse.up();
  await expect(page.locator('#selected')).toHaveText('26 seats selected.');
  await page.getByLabel('Reason').fill(MARKUP);
  await page.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(page.locator('#selected')).toHaveText('26 seats blocked.');
  expect(await withheld('boxed')).toBe(26);
  await page.screenshot({ path: `${shots}/admin-blocked.png`, fullPage: true });
});

test('seats are blocked and unblocked by keyboard alone', async ({ page }) => {
  await open(page, 'typed');
  await page.getByLabel('Section', { exact: true }).focus();
  for (const text of ['Stalls', 'B', '2', '5']) {
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await expect(page.locator('#selected')).toHaveText('4 seats selected.');
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.locator('#selected')).toHaveText('4 seats blocked.');
  expect(await withheld('typed')).toBe(4);
});

test('a pause stops selling', async ({ page }) => {
  await open(page, 'paused');
  await page.getByRole('button', { name: 'Pause paused' }).click();
  await expect(page.getByRole('button', { name: 'Open paused' })).toBeVisible();
  await expect(server.hold('paused', ['Stalls/A/1'])).rejects.toThrow('event-paused');
  await page.getByRole('button', { name: 'Open paused' }).click();
  await expect(page.getByRole('button', { name: 'Pause paused' })).toBeVisible();
  await server.hold('paused', ['Stalls/A/1']);
});

test('the errors of a chart stand at their lines', async ({ page }) => {
  await open(page, 'imports');
  await page.locator('#file').setInputFiles({ name: 'hall.csv', mimeType: 'text/csv', buffer: Buffer.from(`section,row,seat\n${MARKUP},A,1\nStalls,,3\n`) });
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Errors of the chart' })).toContainText('Line 3, row: is missing');
  await expect(page.locator('#lines .bad').last()).toContainText('row is missing');
  await expect(page.locator('#lines')).toContainText(MARKUP);
  expect(await page.locator('main img').count()).toBe(0);
  await page.locator('#lines').screenshot({ path: `${shots}/admin-import.png` });
});

test('what a user is called stays text, and his booking can be cancelled', async ({ page }) => {
  await open(page, 'booked');
  const { id, token } = await server.hold('booked', ['Stalls/A/1', 'Stalls/A/2'], MARKUP);
  await server.ask('POST', `/v1/holds/${id}/confirm`, {}, { 'seatlock-token': token });
  await page.getByLabel('Id').fill(id);
  await page.getByRole('button', { name: 'Look up' }).click();
  await expect(page.locator('#found')).toContainText(MARKUP);
  expect(await page.locator('main img').count()).toBe(0);
  page.on('dialog', (dialog) => dialog.accept());
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  expect((await download).suggestedFilename()).toBe('booked-bookings.csv');
  await page.getByLabel('Stalls/A/1').check();
  await page.getByRole('button', { name: 'Cancel marked' }).click();
  await expect(page.getByLabel('Stalls/A/1')).toHaveCount(0);
  await expect(page.getByLabel('Stalls/A/2')).toBeVisible();
});

test('a wrong key is told, and the right one is kept nowhere', async ({ page, context }) => {
  const folder = await mkdtemp(join(tmpdir(), 'seatlock-keys-'));
  const key = makeKey(join(folder, 'keys'));
  const locked = await new Server({ options: ['--key-file', join(folder, 'keys')] }).start();
  try {
    await page.goto(`${locked.url}/admin`);
    await page.getByLabel('Key', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect(page.getByRole('alert')).toHaveText('The server does not know this key.');
    await page.screenshot({ path: `${shots}/admin-key.png` });
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect(page.getByRole('heading', { name: 'Events' })).toBeVisible();
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, document.documentElement.outerHTML]));
    expect(kept).not.toContain(key);
    expect(await context.cookies()).toEqual([]);
  } finally {
    await locked.stop();
  }
});

/** A key, whose hash stands in a file. */
function makeKey(file) {
  const options = ['key', 'new', '--role', 'admin', '--name', 'office', '--append', file];
  return execFileSync(process.env.SEATLOCK_BIN, options).toString().trim();
}

for (const colorScheme of ['light', 'dark']) {
  test(`no serious fault in accessibility, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, `axe-${colorScheme}`);
    await page.waitForTimeout(2500);
    await page.screenshot({ path: `${shots}/admin-${colorScheme}.png`, fullPage: true });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([]);
    await page.setViewportSize({ width: 390, height: 800 });
    await page.screenshot({ path: `${shots}/admin-phone-${colorScheme}.png`, fullPage: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
}
