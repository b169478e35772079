// Pictures of each state, for people to look at: `target/screens/`.

import { mkdirSync } from 'node:fs';

const FOLDER = new URL('../../target/screens/', import.meta.url).pathname;
mkdirSync(FOLDER, { recursive: true });

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };

/** The page as it is now, on a phone and on a desk, light and dark. */
export async function screens(page, name, { waitFor = 500, fullPage = false } = {}) {
  const size = page.viewportSize();
  for (const [device, viewport] of [['desk', DESK], ['phone', PHONE]]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      // Colours and the map follow in the next frames.
      await page.waitForTimeout(waitFor);
      await page.screenshot({ path: `${FOLDER}${name}-${device}-${colorScheme}.png`, fullPage });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(size);
}
