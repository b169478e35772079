// The pages are there, and complain of nothing.

import { expect, test } from '@playwright/test';
import { club } from '../houses.mjs';
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

test('nothing is fetched from elsewhere, and no cookie is set', async ({ page, context }) => {
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).origin));
  await page.goto(`${server.url}/e/friday`);
  await expect(page.locator('#map-status')).toBeHidden();
  expect(new Set(asked)).toEqual(new Set([server.url]));
  expect(await context.cookies()).toEqual([]);
});
