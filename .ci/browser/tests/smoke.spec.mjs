// The pages are there, and complain of nothing.

import { expect, test } from '@playwright/test';
import { club } from '../houses.mjs';
import { screens } from '../screens.mjs';
import { Server } from '../server.mjs';

const server = new Server();
test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

/** What the browser complains of: a broken policy, a script that fails, a file that is not there. */
function complaints(page) {
  const heard = [];
  page.on('console', (message) => { if (message.type() === 'error') heard.push(message.text()); });
  page.on('pageerror', (error) => heard.push(String(error)));
  return heard;
}

test('the list of events leads to the map of one', async ({ page }) => {
  await server.event('friday', club(), { title: 'Friday night' });
  const heard = complaints(page);
  await page.goto(server.url);
  await page.getByRole('link', { name: 'Friday night' }).click();
  await expect(page).toHaveURL(/\/e\/friday$/);
  await expect(page.getByRole('heading', { name: 'Friday night' })).toBeVisible();
  await expect(page.locator('#map-status')).toBeHidden();
  expect(heard).toEqual([]);
});

test('while the chart is on its way the page says so, and seats without a chart are drawn, too', async ({ page }) => {
  let arrive;
  const held = new Promise((done) => { arrive = done; });
  await page.route('**/chart', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${server.url}/e/default`);
  await expect(page.locator('#map-status')).toHaveText('Drawing the house …');
  await screens(page, 'loading');
  arrive();
  await expect(page.locator('#map-status')).toBeHidden();
  await expect(page.locator('.seat')).toHaveCount(10);
  await screens(page, 'plain-numbers');
  await page.goto(server.url);
  await expect(page.getByRole('link')).toHaveCount(2);
  await screens(page, 'events');
});

test('nothing is fetched from elsewhere, and no cookie is set', async ({ page, context }) => {
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).origin));
  await page.goto(`${server.url}/e/friday`);
  await expect(page.locator('#map-status')).toBeHidden();
  expect(new Set(asked)).toEqual(new Set([server.url]));
  expect(await context.cookies()).toEqual([]);
});
