// The operator's page: charts taken in, with their errors at their lines, and events made of them.

import { expect, test } from '@playwright/test';
import { club } from '../houses.mjs';
import { Operator } from '../operator.mjs';
import { screens } from '../screens.mjs';
import { Server } from '../server.mjs';

const MARKUP = '<img src=x onerror="document.title=1">';
const server = new Server();
test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

/** Drops a file on the place for it, as a mouse does. */
async function drop(page, name, text) {
  const files = await page.evaluateHandle(
    ([name, text]) => {
      const files = new DataTransfer();
      files.items.add(new File([text], name));
      return files;
    },
    [name, text],
  );
  await page.locator('#drop').dispatchEvent('dragover', { dataTransfer: files });
  await expect(page.locator('#drop')).toHaveClass(/over/);
  await page.locator('#drop').dispatchEvent('drop', { dataTransfer: files });
  await expect(page.locator('#drop')).not.toHaveClass(/over/);
}

const rows = (seats) => seats.map((seat) => `Stalls,A,${seat}`).join('\n');
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

test('a dropped chart has its errors at their lines, is put right, taken in and made an event of', async ({ page }) => {
  const operator = await new Operator(page).open(server.url);
  const faults = page.getByRole('list', { name: 'Errors of the chart' });
  const wrong = `section,row,seat\n${rows(range(1, 20))}\nStalls,,21\n${rows(range(22, 40))}\nStalls,A,40\n`;
  await drop(page, 'Great Hall.csv', wrong);
  await expect(page.locator('#file-name')).toHaveText('Great Hall.csv, 43 lines');
  await expect(page.locator('#import [name=name]')).toHaveValue('great-hall');
  await operator.button('Import').click();
  await expect(faults).toContainText('Line 22: row is missing');
  await expect(page.locator('#lines .bad').first()).toContainText('Stalls,,21');
  await expect(page.locator('#lines .bad').first()).toContainText('row is missing');
  await expect(page.locator('#lines li').first()).toContainText('Stalls,A,19');
  await expect(page.locator('#said')).toContainText('in the chart.');
  await page.locator('#h-chart').scrollIntoViewIfNeeded();
  await screens(page, 'admin-import-errors', { fullPage: true });
  expect(await operator.faults()).toEqual([]);

  await drop(page, 'Great Hall.csv', `section,row,seat\n${rows(range(1, 40))}\n`);
  await expect(faults).toBeEmpty();
  await operator.button('Import').click();
  await expect(page.locator('#imported')).toHaveText('great-hall is taken in: 40 seats.');
  await expect(page.locator('#make [name=event]')).toHaveValue('great-hall');
  await page.getByLabel('Title').fill(MARKUP);
  await operator.button('Make the event').click();
  await expect(page.locator('#imported')).toHaveText('The event great-hall is made, and paused.');
  await expect(page.getByRole('row', { name: /great-hall/ })).toContainText('Paused');
  await expect(page.getByRole('row', { name: /great-hall/ })).toContainText(MARKUP);
  await expect(page.locator('#event')).toHaveValue('great-hall');
  await expect(page.locator('#map-status')).toBeHidden();
  expect(await page.locator('main img').count()).toBe(0);
  await expect(server.hold('great-hall', ['Stalls/A/1'])).rejects.toThrow('event-paused');
});

test('a chart in JSON is chosen, and an event of it is on sale at once', async ({ page }) => {
  const operator = await new Operator(page).open(server.url);
  await operator.button('Import').click();
  await expect(page.locator('#imported')).toBeEmpty();
  const file = (text) => page.getByLabel('Choose a file').setInputFiles({ name: 'club.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await file('{"sections": [\n  {"name": "Stalls"\n');
  await operator.button('Import').click();
  await expect(page.locator('#faults, #notice').filter({ hasText: /line 3|Line 3/ })).toBeVisible();
  await file(JSON.stringify(club(), null, 2));
  await operator.button('Import').click();
  await expect(page.locator('#imported')).toHaveText('club is taken in: 226 seats.');
  await page.locator('#make [name=event]').fill('tonight');
  await page.getByLabel('On sale at once').check();
  await operator.button('Make the event').click();
  await expect(page.getByRole('row', { name: /tonight/ })).toContainText('On sale');
  await server.hold('tonight', ['Stalls/A/1']);
});

test('what users wrote into a chart stays text', async ({ page }) => {
  const operator = await new Operator(page).open(server.url);
  await drop(page, 'markup.csv', `section,row,seat\n${MARKUP},A,1\nStalls,,3\n`);
  await operator.button('Import').click();
  await expect(page.locator('#lines')).toContainText(MARKUP);
  expect(await page.locator('main img').count()).toBe(0);
});

test('a name that is none is told, and an event that there is keeps its chart', async ({ page }) => {
  const operator = await new Operator(page).open(server.url);
  await server.event('taken', club());
  await drop(page, 'other.csv', `section,row,seat\n${rows(range(1, 4))}\n`);
  await operator.button('Import').click();
  await expect(page.locator('#imported')).toContainText('other is taken in');
  await page.locator('#make [name=event]').fill('taken');
  await operator.button('Make the event').click();
  await expect(operator.notice).toContainText('An event keeps its chart');
});
