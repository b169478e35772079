// The operator's page: events and their switches, seats kept from sale, the key.

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { club, theatre } from '../houses.mjs';
import { Operator, makeKey } from '../operator.mjs';
import { screens } from '../screens.mjs';
import { Server } from '../server.mjs';

const MARKUP = '<img src=x onerror="document.title=1">';
const server = new Server();
test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

async function open(page, name, chart = club()) {
  await server.event(name, chart);
  const operator = await new Operator(page).open(server.url);
  return operator.choose(name);
}

const statuses = async (name) => Object.values((await server.ask('GET', `/v1/events/${name}/seats`)).seats);
const withheld = async (name) => (await statuses(name)).filter((status) => status === 'withheld').length;

test('an event that is made elsewhere appears by itself, and the one that is shown stays', async ({ page }) => {
  const own = await new Server().start();
  try {
    await new Operator(page).open(own.url);
    // The small API's is always there, and never closed.
    await expect(page.locator('#event')).toHaveValue('default');
    await expect(page.getByRole('button', { name: /^Close/ })).toHaveCount(0);
    await expect(page.locator('#map-status')).toBeHidden();
    await own.event('first', club(), { title: 'The first' });
    await expect(page.getByRole('rowheader', { name: 'The first' })).toBeVisible();
    await expect(page.locator('#event')).toHaveValue('default');
    await page.locator('#event').selectOption('first');
    await own.event('another', club(), { title: 'Another' });
    await expect(page.locator('#event option').first()).toHaveText('Another');
    await expect(page.locator('#event')).toHaveValue('first');
  } finally {
    await own.stop();
  }
});

test('a box on the map blocks seats, and buyers see it', async ({ page }) => {
  const operator = await open(page, 'boxed');
  await operator.map.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await operator.map.boundingBox();
  await page.mouse.move(x + 5, y + 5);
  await page.mouse.down();
  await page.mouse.move(x + width - 5, y + height - 5, { steps: 5 });
  await page.mouse.up();
  await expect(operator.selected).toHaveText('26 seats selected.');
  await expect(page.locator('#selected-labels')).toHaveText(/^Stalls\/A\/1, .* and 14 others$/);
  await page.getByLabel('Reason').fill(MARKUP);
  await operator.button('Block').click();
  await expect(operator.selected).toHaveText('26 seats blocked.');
  expect(await withheld('boxed')).toBe(26);
});

test('a part of a house is boxed', async ({ page }) => {
  const operator = await open(page, 'theatre', theatre());
  await operator.map.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await operator.map.boundingBox();
  await page.mouse.move(x + width * 0.4, y + height * 0.5);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.6, y + height * 0.7, { steps: 5 });
  await page.screenshot({ path: '../../target/screens/admin-boxing.png' });
  await page.mouse.up();
  await expect(operator.selected).toHaveText(/^\d+ seats selected\.$/);
  const count = Number((await operator.selected.textContent()).match(/\d+/)[0]);
  expect(count).toBeGreaterThan(4);
  expect(count).toBeLessThan(400);
  await screens(page, 'admin-boxed');
  await operator.button('Block').click();
  await expect(operator.selected).toHaveText(`${count} seats blocked.`);
  expect(await withheld('theatre')).toBe(count);
});

test('seats are blocked and unblocked by keyboard alone', async ({ page }) => {
  const operator = await open(page, 'typed');
  const { keyboard } = page;
  const block = async (verb) => {
    await operator.tabTo(page.locator('#range [name=section]'));
    for (const text of ['Stalls', 'B', '5', '2']) {
      await keyboard.press('Control+A');
      await keyboard.type(text);
      await keyboard.press('Tab');
    }
    await keyboard.press('Enter');
    await expect(operator.selected).toHaveText('4 seats selected.');
    await operator.tabTo(operator.button(verb));
    await keyboard.press('Enter');
    await expect(operator.selected).toHaveText(`4 seats ${verb.toLowerCase()}ed.`);
  };
  await block('Block');
  expect(await withheld('typed')).toBe(4);
  await block('Unblock');
  expect(await withheld('typed')).toBe(0);
});

test('of what is selected the free seats are blocked, and the others left as they are', async ({ page }) => {
  const operator = await open(page, 'in-the-way');
  await server.hold('in-the-way', ['Stalls/A/2']);
  // Until the page knows.
  await expect(page.getByRole('row', { name: /in-the-way/ }).getByRole('cell').nth(2)).toHaveText('1');
  await operator.select('Stalls', 'A', 1, 3);
  await operator.button('Block').click();
  await expect(operator.selected).toHaveText('2 seats blocked. 1 seat not free before, and left as it is.');
  expect(await withheld('in-the-way')).toBe(2);
  await operator.button('Block').click();
  await expect(operator.notice).toHaveText('None of these seats is free.');
  await operator.select('Stalls', 'Z', 1);
  await expect(operator.selected).toHaveText('There are no such seats.');
});

test('a seat that somebody takes at the same moment is named, and nothing is blocked', async ({ page }) => {
  const operator = await open(page, 'raced');
  await page.route('**/block', async (route) => {
    await server.hold('raced', ['Stalls/A/2']);
    await route.continue();
  });
  await operator.select('Stalls', 'A', 1, 3);
  await operator.button('Block').click();
  await expect(operator.notice).toContainText('Stalls/A/2 is held');
  await expect(operator.selected).toHaveText('3 seats selected.');
  expect(await withheld('raced')).toBe(0);
});

test('a pause stops selling', async ({ page }) => {
  const operator = await open(page, 'paused');
  await operator.button('Pause paused').click();
  await expect(operator.button('Open paused')).toBeFocused();
  await expect(server.hold('paused', ['Stalls/A/1'])).rejects.toThrow('event-paused');
  await operator.button('Open paused').click();
  await expect(operator.button('Pause paused')).toBeVisible();
  await server.hold('paused', ['Stalls/A/1']);
});

test('an event is closed for good, and only after a question', async ({ page }) => {
  const operator = await open(page, 'closing');
  await operator.button('Close closing').click();
  await expect(operator.question).toContainText('Close closing for good?');
  await screens(page, 'admin-question');
  expect(await operator.faults()).toEqual([]);
  await expect(operator.question.getByRole('button', { name: 'Leave it' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(operator.question).toBeHidden();
  await server.hold('closing', ['Stalls/A/1']);
  await operator.button('Close closing').click();
  await operator.say('Close it');
  await expect(page.getByRole('row', { name: /closing/ })).toContainText('Closed');
  await expect(operator.button('Close closing')).toHaveCount(0);
  await expect(page.locator('#event option[value=closing]')).toHaveCount(0);
  await expect(server.hold('closing', ['Stalls/A/2'])).rejects.toThrow('event-closed');
});

test('a lost connection is told, and healed', async ({ page }) => {
  const own = await new Server().start();
  try {
    await own.event('lost', club());
    await new Operator(page).open(own.url);
    await expect(page.locator('#map-status')).toBeHidden();
    await own.stop('SIGKILL');
    await expect(page.locator('#connection')).toHaveText('Connection lost, trying again');
    await expect(page.locator('#metrics-status')).toHaveText(/cannot be reached/);
    await screens(page, 'admin-lost');
    await own.start();
    await own.event('lost', club());
    await expect(page.locator('#connection')).toBeHidden();
    await expect(page.locator('#metrics-status')).not.toHaveText(/cannot be reached/);
  } finally {
    await own.stop();
  }
});

test('a wrong key is told, and the right one is kept nowhere', async ({ page, context }) => {
  const folder = await mkdtemp(join(tmpdir(), 'seatlock-keys-'));
  const key = makeKey(folder);
  const locked = await new Server({ options: ['--key-file', join(folder, 'keys')] }).start();
  try {
    const operator = new Operator(page);
    await page.goto(`${locked.url}/admin`);
    await expect(page.getByLabel('Key', { exact: true })).toBeFocused();
    await screens(page, 'admin-key');
    expect(await operator.faults()).toEqual([]);
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await expect(operator.notice).toHaveText('The server does not know this key.');
    await screens(page, 'admin-key-wrong');
    expect(await operator.faults()).toEqual([]);
    await page.getByLabel('Key', { exact: true }).fill(key);
    await operator.button('Go on').click();
    await expect(page.getByRole('heading', { name: 'Events' })).toBeVisible();
    await expect(operator.notice).toBeHidden();
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, document.documentElement.outerHTML]),
    );
    expect(kept).not.toContain(key);
    expect(await context.cookies()).toEqual([]);
    await operator.button('Forget the key').click();
    await expect(page.getByLabel('Key', { exact: true })).toHaveValue('');
  } finally {
    await locked.stop();
  }
});
