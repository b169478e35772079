// A hold that is alive is a cart: seats are added to it, and single ones given back.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { Buyer, another } from '../buyer.mjs';
import { club, theatre } from '../houses.mjs';
import { screens } from '../screens.mjs';
import { Server } from '../server.mjs';

const server = new Server();
test.beforeAll(() => server.start());
test.afterAll(() => server.stop());

/** A buyer who has reserved these seats. */
async function holding(buyer, event, ...seats) {
  await buyer.open(server.url, event);
  for (const seat of seats) await buyer.choose(seat);
  await buyer.reserve();
  await buyer.holds();
  return buyer;
}

test('seats are added to a hold, and single ones given back', async ({ page }) => {
  await server.event('cart', theatre(), { title: 'Hamlet — opening night', hold_ttl_seconds: 55 });
  const ada = await holding(new Buyer(page), 'cart', 'Left, row A, seat 4', 'Left, row A, seat 5');
  await ada.choose('Left, row A, seat 6');
  await expect(page.locator('#more')).toContainText('Left, row A, seat 6');
  // What is only chosen is nobody's yet, and not paid for.
  expect(await server.seat('cart', 'Left/A/6')).toBe('available');
  await expect(ada.button('Pay €240.00')).toBeVisible();
  await screens(page, 'adding');
  await ada.button('Add 1 seat').click();
  await ada.sees('Left, row A, seat 6', 'reserved for you');
  await expect(ada.button('Pay €360.00')).toBeVisible();
  await expect(page.locator('#more')).toBeHidden();
  await screens(page, 'added');

  await ada.button('Give Left, row A, seat 4 back').click();
  await ada.sees('Left, row A, seat 4', 'free');
  await expect(ada.button('Pay €240.00')).toBeVisible();
  expect(await server.seat('cart', 'Left/A/4')).toBe('available');
  expect(await server.seat('cart', 'Left/A/6')).toBe('held');
  await ada.button('Pay €240.00').click();
  await expect(page.locator('#cart-title')).toHaveText('Booked');
  expect((await server.ask('GET', '/v1/events/cart')).counts).toMatchObject({ booked: 2, held: 0 });
});

test('who gives the last seat back has no hold any more', async ({ page }) => {
  await server.event('last', club());
  const ada = await holding(new Buyer(page), 'last', 'Stalls, row A, seat 1');
  await ada.button('Give Stalls, row A, seat 1 back').click();
  await expect(ada.timer).toBeHidden();
  await ada.sees('Stalls, row A, seat 1', 'free');
  await page.reload();
  await expect(page.locator('#cart-title')).toHaveText('Your seats');
});

test('places in areas are added and given back one by one', async ({ page }) => {
  await server.event('places', club());
  const ada = await holding(new Buyer(page), 'places', 'Stalls, row A, seat 7');
  const floor = async () => (await server.ask('GET', '/v1/events/places/seats')).areas.Floor.held;
  for (const _ of [1, 2]) await ada.button('One place more in Floor').first().click();
  await ada.button('Add 2 seats').click();
  await expect(ada.cart).toContainText('Floor, 2 standing');
  expect(await floor()).toBe(2);
  await ada.button('Give one place in Floor back').click();
  await expect(ada.cart).toContainText('Floor, 1 standing');
  expect(await floor()).toBe(1);
});

test('a cart has no more seats than an order can have', async ({ page }) => {
  await server.event('small', club(), { hold_seats_max: 2 });
  const ada = await holding(new Buyer(page), 'small', 'Stalls, row A, seat 1');
  await ada.choose('Stalls, row A, seat 2');
  await ada.seat('Stalls, row A, seat 3').click();
  await expect(ada.notice).toContainText('One order can have 2 seats at most.');
  await ada.button('Add 1 seat').click();
  await ada.sees('Stalls, row A, seat 2', 'reserved for you');
});

test('two buyers add the same seat: one gets it, the other is told and keeps what he has', async ({ page, browser }) => {
  await server.event('both', theatre(), { title: 'Hamlet — opening night' });
  const [ada, bob] = [new Buyer(page), await another(browser)];
  await holding(ada, 'both', 'Left, row A, seat 3');
  await holding(bob, 'both', 'Left, row A, seat 5');
  await Promise.all([ada, bob].map((buyer) => buyer.choose('Left, row A, seat 4')));
  await bob.choose('Left, row A, seat 8');
  // At once: whoever is slower may have lost the seat, and his button its purpose, before he gets to press it.
  await Promise.all([ada, bob].map(({ page }) => page.locator('#add').evaluate((button) => button.click())));

  const outcomes = await Promise.all([ada, bob].map(async (buyer) => {
    const got = buyer.page.locator('.seat.mine[aria-label^="Left, row A, seat 4,"]');
    await expect(buyer.notice.or(got).filter({ visible: true })).toBeVisible();
    return (await buyer.notice.isVisible()) ? 'told' : 'has';
  }));
  expect([...outcomes].sort()).toEqual(['has', 'told']);
  const [winner, loser] = outcomes[0] === 'has' ? [ada, bob] : [bob, ada];
  await winner.sees('Left, row A, seat 4', 'reserved for you');
  await expect(loser.notice).toContainText('Somebody was faster: Left, row A, seat 4 is taken.');
  await loser.sees('Left, row A, seat 4', 'in somebody’s basket');
  await loser.holds();
  await loser.sees(loser === ada ? 'Left, row A, seat 3' : 'Left, row A, seat 5', 'reserved for you');
  await screens(loser.page, 'faster-while-adding');
  await bob.page.context().close();
});

test('a cart is changed with the keyboard alone', async ({ page }) => {
  await server.event('keys', theatre());
  const ada = await holding(new Buyer(page), 'keys', 'Left, row A, seat 1');
  const press = async (button) => {
    await ada.tabTo(button);
    await page.keyboard.press('Enter');
  };
  await press(page.locator('.skip'));
  await press(ada.seat('Left, row A, seat 1'));
  await expect(page.locator('#said')).toContainText('Left, row A, seat 1 is reserved for you.');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.locator('#said')).toContainText('Left, row A, seat 2 is chosen. 1 seat to add.');
  await press(ada.button('Add 1 seat'));
  await expect(page.locator('#said')).toContainText('Reserved for you, too: Left, row A, seat 2.');
  await expect(page.locator('#cart-title')).toBeFocused();
  await press(ada.button('Give Left, row A, seat 1 back'));
  await expect(page.locator('#said')).toContainText('Left, row A, seat 1 was given back.');
  await expect(page.locator('#cart-title')).toBeFocused();
  expect((await server.ask('GET', '/v1/events/keys')).counts).toMatchObject({ held: 1 });
});

test('a cart that changes has no serious fault in accessibility', async ({ page }) => {
  await server.event('axe', theatre());
  const serious = async () => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  };
  const ada = await holding(new Buyer(page), 'axe', 'Left, row A, seat 1');
  await ada.choose('Left, row A, seat 2');
  await ada.choose('Left, row A, seat 3');
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    expect(await serious()).toEqual([]);
  }
  await server.hold('axe', ['Left/A/3']);
  await expect(ada.notice).toContainText('Somebody was faster');
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    expect(await serious()).toEqual([]);
  }
});

test('what the office blocks by a box on its map is off sale on the buyers’ maps', async ({ page, browser }) => {
  await server.event('office', club());
  const ada = await new Buyer(page).open(server.url, 'office');
  await ada.choose('Stalls, row A, seat 2');
  const office = await (await browser.newContext()).newPage();
  await office.goto(`${server.url}/admin`);
  await office.locator('#event').selectOption('office');
  await expect.poll(() => office.evaluate(() => performance.getEntriesByName('first-picture').length)).toBeGreaterThan(0);
  await office.locator('#map').scrollIntoViewIfNeeded();
  const { x, y, width, height } = await office.locator('#map').boundingBox();
  await office.mouse.move(x + 5, y + 5);
  await office.mouse.down();
  await office.mouse.move(x + width - 5, y + height - 5, { steps: 5 });
  await office.mouse.up();
  await expect(office.locator('#selected')).toHaveText('26 seats selected.');
  await office.getByRole('button', { name: 'Block', exact: true }).click();

  await ada.sees('Stalls, row A, seat 12', 'not on sale');
  await expect(ada.notice).toContainText('Stalls, row A, seat 2 is not on sale any more. Nothing was reserved.');
  await expect(page.locator('#cart-seats li')).toHaveCount(0);
  await expect(ada.button(/^gold/)).toContainText('sold out');
  await screens(page, 'blocked');
  await office.context().close();
});

test('who loses a hold to the office is told so', async ({ page }) => {
  await server.event('taken-back', club());
  const ada = await holding(new Buyer(page), 'taken-back', 'Stalls, row A, seat 2');
  const { hold } = await server.ask('GET', '/v1/events/taken-back/seat?label=Stalls%2FA%2F2');
  await server.ask('POST', `/v1/holds/${hold.id}/revoke`, {});
  await expect(ada.notice).toContainText('The box office has given your seats back');
  await ada.sees('Stalls, row A, seat 2', 'free');
  await expect(page.locator('#cart-seats li')).toHaveCount(0);
});
