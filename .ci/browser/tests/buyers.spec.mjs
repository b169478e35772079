// What buyers do at the live map, alone and against one another.

import { expect, test } from '@playwright/test';
import { Buyer, another } from '../buyer.mjs';
import { club, theatre } from '../houses.mjs';
import { PHONE, screens } from '../screens.mjs';
import { Server } from '../server.mjs';

const server = new Server();
test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

test('two buyers want one seat: exactly one gets it and the other is told', async ({ page, browser }) => {
  await server.event('fight', theatre(), { title: 'Hamlet — opening night' });
  const [ada, bob] = [new Buyer(page), await another(browser)];
  await Promise.all([ada, bob].map((buyer) => buyer.open(server.url, 'fight')));
  await Promise.all([ada, bob].map((buyer) => buyer.choose('Left, row A, seat 4')));
  // At once: whoever is slower may have lost the seat, and his button its purpose, before he gets to press it.
  await Promise.all([ada, bob].map(({ page }) => page.locator('#reserve').evaluate((button) => button.click())));

  const outcomes = await Promise.all([ada, bob].map(async (buyer) => {
    await expect(buyer.notice.or(buyer.timer).filter({ visible: true })).toBeVisible();
    return (await buyer.timer.isVisible()) ? 'holds' : 'told';
  }));
  expect([...outcomes].sort()).toEqual(['holds', 'told']);
  expect(await server.seat('fight', 'Left/A/4')).toBe('held');
  const [winner, loser] = outcomes[0] === 'holds' ? [ada, bob] : [bob, ada];
  await winner.holds();
  await expect(loser.notice).toContainText('Somebody was faster: Left, row A, seat 4');
  await loser.sees('Left, row A, seat 4', 'in somebody’s basket');
  await winner.sees('Left, row A, seat 4', 'reserved for you');
  await screens(winner.page, 'held');
  await screens(loser.page, 'somebody-was-faster');
  await bob.page.context().close();
});

test('a seat that somebody takes while it is chosen is no longer chosen', async ({ page }) => {
  await server.event('taken', club());
  const ada = await new Buyer(page).open(server.url, 'taken');
  await ada.choose('Stalls, row A, seat 1');
  await ada.choose('Stalls, row A, seat 2');
  await screens(page, 'chosen');
  await server.hold('taken', ['Stalls/A/2']);
  await expect(ada.notice).toContainText('Somebody was faster: Stalls, row A, seat 2 is taken. Your other seats are not affected.');
  await expect(ada.seat('Stalls, row A, seat 1')).toHaveAttribute('aria-pressed', 'true');
  await expect(ada.seat('Stalls, row A, seat 2')).toHaveAttribute('aria-pressed', 'false');
  await ada.reserve();
  await ada.holds();
});

test('a hold runs out on the screen, and the seat is free on both', async ({ page, browser }) => {
  await server.event('short', club(), { hold_ttl_seconds: 8 });
  const [ada, bob] = [new Buyer(page), await another(browser)];
  await Promise.all([ada, bob].map((buyer) => buyer.open(server.url, 'short')));
  await ada.choose('Stalls, row A, seat 6');
  await ada.reserve();
  await ada.holds();
  await bob.sees('Stalls, row A, seat 6', 'in somebody’s basket');
  await expect(ada.notice).toContainText('The time is over');
  await expect(ada.timer).toBeHidden();
  await ada.sees('Stalls, row A, seat 6', 'free');
  await bob.sees('Stalls, row A, seat 6', 'free');
  await screens(page, 'time-is-over');
  expect(await server.seat('short', 'Stalls/A/6')).toBe('available');
  await bob.page.context().close();
});

test('the best seats are found, paid for and booked', async ({ page }) => {
  await server.event('best', theatre(), { title: 'The Magic Flute' });
  const ada = await new Buyer(page).open(server.url, 'best');
  await page.getByLabel('Seats', { exact: true }).selectOption('3');
  await page.getByLabel('Where').selectOption({ label: 'Stalls, €85.00' });
  await ada.button('Reserve the best 3 seats').click();
  await ada.holds();
  await expect(page.locator('#cart-seats li')).toHaveCount(3);
  await expect(page.locator('#cart-seats li').first()).toContainText('Stalls, €85.00');
  await ada.button('Pay €255.00').click();
  await expect(page.locator('#cart-title')).toHaveText('Booked');
  await screens(page, 'booked');
  const { counts } = await server.ask('GET', '/v1/events/best');
  expect(counts).toMatchObject({ booked: 3, held: 0 });
});

test('time can be added, and seats can be given back', async ({ page }) => {
  await server.event('back', club(), { hold_ttl_seconds: 30 });
  const ada = await new Buyer(page).open(server.url, 'back');
  await ada.choose('Stalls, row A, seat 1');
  await ada.reserve();
  await ada.holds();
  await expect(ada.timer).toHaveText(/^0:([01]\d|2[0-3])$/);
  await ada.button('More time').click();
  await expect(ada.timer).toHaveText(/^0:(30|2[4-9])$/);
  await ada.button('Give all back').click();
  await expect(ada.timer).toBeHidden();
  await expect.poll(() => server.seat('back', 'Stalls/A/1')).toBe('available');
});

test('a hold survives a reload of the tab, and is nobody else’s', async ({ page, context }) => {
  await server.event('reload', club());
  const ada = await new Buyer(page).open(server.url, 'reload');
  await ada.choose('Stalls, row A, seat 3');
  await ada.reserve();
  await ada.holds();
  await page.reload();
  await ada.holds();
  await ada.sees('Stalls, row A, seat 3', 'reserved for you');
  const other = await new Buyer(await context.newPage()).open(server.url, 'reload');
  await other.sees('Stalls, row A, seat 3', 'in somebody’s basket');
  await expect(other.timer).toBeHidden();
  expect(await page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, '']);
});

test('places in an area are sold by number, and what is sold out says so', async ({ page }) => {
  await server.event('floor', { ...club(), areas: [{ name: 'Floor', capacity: 6, category: 'standing' }] });
  const ada = await new Buyer(page).open(server.url, 'floor');
  for (const _ of [1, 2]) await ada.button('One place more in Floor').first().click();
  await expect(page.locator('#cart-total')).toContainText('€90.00');
  await ada.reserve();
  await ada.holds();
  expect((await server.ask('GET', '/v1/events/floor/seats')).areas.Floor).toMatchObject({ held: 2, available: 4 });
  await ada.button('Give all back').click();
  const all = (row, seats) => Array.from({ length: seats }, (_, nth) => `Stalls/${row}/${nth + 1}`);
  for (const [nth, seats] of [all('A', 10), all('A', 12).slice(10), all('B', 10), all('B', 14).slice(10)].entries()) {
    await server.hold('floor', seats, `user ${nth}`);
  }
  await expect(page.getByRole('button', { name: /^gold/ })).toContainText('sold out');
  await server.ask('POST', '/v1/events/floor/holds', { user: 'crowd', areas: [{ area: 'Floor', quantity: 6 }] });
  await expect(page.locator('#sold-out')).toContainText('Everything is taken');
  await screens(page, 'sold-out');
});

test('a tap on the map chooses the seat that is there', async ({ page }) => {
  await server.event('tap', club());
  const ada = await new Buyer(page).open(server.url, 'tap');
  const canvas = page.locator('#map');
  const { width, height } = await canvas.boundingBox();
  // Somewhere on the map there is a seat: the tip says its name, and a tap chooses it.
  const tip = page.locator('#tip strong');
  for (let y = 0.1; y < 0.95 && !(await tip.isVisible()); y += 0.02) await canvas.hover({ position: { x: width / 2 + 8, y: height * y } });
  const name = await tip.textContent();
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.locator('#cart-seats')).toContainText(name);
  await expect(ada.button('Reserve 1 seat')).toBeEnabled();
});

test('on a phone two fingers zoom, and a tap chooses', async ({ browser }) => {
  await server.event('phone', theatre());
  const context = await browser.newContext({ viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  const page = await context.newPage();
  const ada = await new Buyer(page).open(server.url, 'phone');
  const canvas = page.locator('#map');
  const { x, y, width, height } = await canvas.boundingBox();
  const before = await canvas.screenshot();
  const fingers = await context.newCDPSession(page);
  const touch = (type, apart) => fingers.send('Input.dispatchTouchEvent', {
    type,
    touchPoints: apart === null ? [] : [-apart, apart].map((dx, id) => ({ x: x + width / 2 + dx, y: y + height * 0.6, id })),
  });
  await touch('touchStart', 20);
  for (let apart = 30; apart <= 90; apart += 10) await touch('touchMove', apart);
  await touch('touchEnd', null);
  await page.waitForTimeout(300);
  expect((await canvas.screenshot()).equals(before)).toBe(false);
  // No finger has chosen anything by moving the map.
  await expect(page.locator('#cart-seats li')).toHaveCount(0);
  for (let part = 0.3; part < 0.9 && (await page.locator('#cart-seats li').count()) === 0; part += 0.04) {
    await page.touchscreen.tap(x + width / 2, y + height * part);
  }
  await expect(ada.button('Reserve 1 seat')).toBeEnabled();
  await context.close();
});

test('a filter leaves the other prices pale', async ({ page }) => {
  await server.event('filter', theatre());
  await new Buyer(page).open(server.url, 'filter');
  const premium = page.getByRole('button', { name: /^Premium/ });
  await premium.click();
  await expect(premium).toHaveAttribute('aria-pressed', 'true');
  await screens(page, 'filtered');
  await premium.click();
  await expect(premium).toHaveAttribute('aria-pressed', 'false');
});

test('an event that is not there, is paused or is over says so', async ({ page }) => {
  expect((await page.goto(`${server.url}/e/nothing`)).status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no such event');
  await screens(page, 'no-such-event');
  await server.event('paused', club(), { state: 'paused' });
  const ada = await new Buyer(page).open(server.url, 'paused');
  await expect(ada.cart).toContainText('The sale is paused');
  await expect(ada.button(/^Reserve/)).toHaveCount(0);
  await server.ask('PUT', '/v1/events/paused', { state: 'open' });
  await expect(ada.button('Reserve', { exact: true })).toBeVisible();
  await server.ask('PUT', '/v1/events/paused', { state: 'closed' });
  await expect(page.locator('#connection')).toHaveText('Closed');
  await expect(ada.notice).toContainText('This event is over');
});
