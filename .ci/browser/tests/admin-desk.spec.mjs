// The operator's page: holds and bookings, looked up, given back, cancelled and moved.

import { expect, test } from '@playwright/test';
import { Buyer } from '../buyer.mjs';
import { club } from '../houses.mjs';
import { Operator } from '../operator.mjs';
import { screens } from '../screens.mjs';
import { Server } from '../server.mjs';

const MARKUP = '<img src=x onerror="document.title=1">';
const server = new Server();
test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

async function open(page, name) {
  await server.event(name, club(), { title: `Event ${name}` });
  const operator = await new Operator(page).open(server.url);
  return operator.choose(name);
}

async function book(event, want) {
  const { id, token } = await server.ask('POST', `/v1/events/${event}/holds`, { user: 'ada', ...want });
  return server.ask('POST', `/v1/holds/${id}/confirm`, {}, { 'seatlock-token': token });
}

test('what a user is called stays text, and his bookings are exported and cancelled', async ({ page }) => {
  const operator = await open(page, 'booked');
  const { id } = await book('booked', { user: MARKUP, seats: ['Stalls/A/1', 'Stalls/A/2'] });
  await operator.lookUp(id);
  await expect(operator.found).toContainText(MARKUP);
  expect(await page.locator('main img').count()).toBe(0);
  const download = page.waitForEvent('download');
  await operator.button("Export the event's bookings").click();
  expect((await download).suggestedFilename()).toBe('booked-bookings.csv');
  await operator.button('Cancel marked').click();
  await expect(operator.notice).toHaveText('Mark the seats that are to be cancelled.');
  await operator.found.getByLabel('Stalls/A/1').check();
  await operator.button('Cancel marked').click();
  await expect(operator.question).toContainText('Cancel Stalls/A/1?');
  await operator.say('Leave it');
  expect(await server.seat('booked', 'Stalls/A/1')).toBe('booked');
  await operator.button('Cancel marked').click();
  await operator.say('Cancel it');
  await expect(operator.found.getByLabel('Stalls/A/1')).toHaveCount(0);
  await expect(operator.found.getByLabel('Stalls/A/2')).toBeVisible();
  expect(await server.seat('booked', 'Stalls/A/1')).toBe('available');
  await operator.button('Cancel all of it').click();
  await operator.say('Cancel it');
  await expect(operator.found).toContainText('Cancelled');
  expect(await server.seat('booked', 'Stalls/A/2')).toBe('available');
});

test('places of areas are shown, and some of them cancelled', async ({ page }) => {
  const operator = await open(page, 'areas');
  const { id } = await book('areas', { order: 'web 4711', seats: ['Stalls/A/6'], areas: [{ area: 'Floor', quantity: 5 }] });
  await operator.lookUp(id);
  await expect(operator.found).toContainText('web 4711');
  const places = operator.found.getByRole('spinbutton', { name: 'Floor' });
  await expect(places).toHaveAttribute('max', '5');
  await places.fill('3');
  await operator.button('Cancel marked').click();
  await expect(operator.question).toContainText('Cancel Floor: 3 places?');
  await operator.say('Cancel it');
  await expect(places).toHaveAttribute('max', '2');
  await expect(operator.found.getByLabel('Stalls/A/6')).toBeVisible();
});

test('a seat on the map tells who has it', async ({ page }) => {
  const operator = await open(page, 'who');
  const { id } = await book('who', { user: 'grace', seats: ['Stalls/B/3', 'Stalls/B/4'] });
  await operator.select('Stalls', 'B', 4);
  await operator.button('Who has it?').click();
  await expect(operator.found).toContainText('grace');
  await expect(operator.found).toContainText(id);
  await expect(operator.found.getByLabel('Stalls/B/4')).toBeChecked();
  await expect(operator.found.getByLabel('Stalls/B/3')).not.toBeChecked();
  await screens(page, 'admin-who', { fullPage: true });
});

test('a seat that nobody has tells why', async ({ page }) => {
  const operator = await open(page, 'nobody');
  await server.ask('POST', '/v1/events/nobody/block', { seats: ['Stalls/A/7'], reason: 'camera' });
  for (const [label, sentence] of [['Stalls/A/7', 'Stalls/A/7 is blocked: camera'], ['Stalls/A/8', 'Stalls/A/8 is free.']]) {
    await operator.lookUp(label);
    await expect(operator.found).toHaveText(sentence);
  }
  await operator.lookUp('Stalls/A/99');
  await expect(operator.notice).toContainText('names no seat');
  await operator.lookUp('0000000000000aff');
  await expect(operator.notice).toContainText('There is no such hold or booking');
  await expect(operator.found).toBeEmpty();
});

test('a hold is given back, and so it is on the page of its owner', async ({ page, context }) => {
  const operator = await open(page, 'given-back');
  const ada = await new Buyer(await context.newPage()).open(server.url, 'given-back');
  await ada.choose('Stalls, row A, seat 5');
  await ada.reserve();
  await ada.holds();
  await page.bringToFront();
  await operator.lookUp('Stalls/A/5');
  await expect(operator.found).toContainText('Held until');
  await screens(page, 'admin-hold', { fullPage: true });
  await operator.button('Give it back').click();
  await operator.say('Give it back');
  await expect(operator.found).toContainText('Given back');
  await expect(operator.button('Give it back')).toHaveCount(0);
  expect(await server.seat('given-back', 'Stalls/A/5')).toBe('available');
  await ada.page.bringToFront();
  await expect(ada.timer).toBeHidden();
  await expect(ada.page.locator('#cart-title')).not.toHaveText('Reserved for you');
  await screens(ada.page, 'given-back-by-the-operator');
});

test('a booked seat is moved to one that is selected on the map', async ({ page }) => {
  const operator = await open(page, 'moved');
  const { id } = await book('moved', { seats: ['Stalls/A/1', 'Stalls/A/2'] });
  await operator.lookUp(id);
  await operator.button('Move').click();
  await expect(operator.notice).toHaveText('Say where the seats are to be moved to.');
  await operator.found.getByLabel('Stalls/A/2').check();
  await operator.select('Stalls', 'B', 9);
  await operator.button('Those selected on the map').click();
  await expect(operator.found.getByLabel('Move to')).toHaveValue('Stalls/B/9');
  await operator.button('Move').click();
  await expect(operator.found.getByLabel('Stalls/B/9')).toBeVisible();
  await expect(operator.found.getByLabel('Stalls/A/2')).toHaveCount(0);
  expect(await server.seat('moved', 'Stalls/A/2')).toBe('available');
  expect(await server.seat('moved', 'Stalls/B/9')).toBe('booked');
});

test('a booking stays where it is if another seat is in the way or one is missing', async ({ page }) => {
  const operator = await open(page, 'stays');
  const { id } = await book('stays', { seats: ['Stalls/A/1', 'Stalls/A/2'] });
  await server.hold('stays', ['Stalls/B/1'], 'bob');
  await operator.lookUp(id);
  const to = operator.found.getByLabel('Move to');
  await to.fill('Stalls/B/1, Stalls/B/2');
  await to.press('Enter');
  await expect(operator.notice).toContainText('Stalls/B/1 is held');
  await to.fill('Stalls/B/2');
  await to.press('Enter');
  await expect(operator.notice).toBeVisible();
  await to.fill('Stalls/B/2, Nowhere/1/1');
  await to.press('Enter');
  await expect(operator.notice).toContainText('names no seat');
  expect(await server.seat('stays', 'Stalls/A/1')).toBe('booked');
  expect(await server.seat('stays', 'Stalls/B/2')).toBe('available');
});

test('everything is done with the keyboard alone', async ({ page }) => {
  const operator = await open(page, 'keys');
  const { keyboard } = page;
  await server.hold('keys', ['Stalls/A/3'], 'eve');
  await page.reload();
  await operator.choose('keys');
  await operator.tabTo(page.getByRole('link', { name: 'Holds and bookings' }));
  await keyboard.press('Enter');
  await operator.tabTo(page.getByLabel('Id or seat'));
  await keyboard.type('Stalls/A/3');
  await keyboard.press('Enter');
  await expect(operator.found).toContainText('eve');
  await operator.tabTo(operator.button('Give it back'));
  await keyboard.press('Enter');
  await expect(operator.question.getByRole('button', { name: 'Leave it' })).toBeFocused();
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await expect(operator.found).toContainText('Given back');
  await expect(operator.found.getByRole('article')).toBeFocused();
  await expect(page.locator('#said')).toContainText('Given back: Stalls/A/3');
  const { id } = await book('keys', { seats: ['Stalls/A/4'] });
  await keyboard.press('Shift+Tab');
  await operator.tabTo(page.getByLabel('Id or seat'));
  await keyboard.press('Control+A');
  await keyboard.type(id);
  await keyboard.press('Enter');
  await operator.tabTo(operator.found.getByLabel('Move to'));
  await keyboard.type('Stalls/B/4');
  await keyboard.press('Enter');
  await expect(operator.found.getByLabel('Stalls/B/4')).toBeVisible();
});
