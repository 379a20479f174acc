import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { CONSOLE_ROUTES } from '../../console/contract/routes.ts';
import { synthesizeBeforeAll } from '../e2e/assembly.ts';
import { startHoldfast } from '../e2e/holdfast.ts';
import { openPage } from './browser.ts';

/**
 * Takes the screenshots of the documentation, from a run with the default settings:
 * `npm run screenshots`. It is not part of the tests, which leave the working tree as it is.
 */
const IMAGE = fileURLToPath(new URL('../../docs/images/console-overview.webp', import.meta.url));
const MOST_BYTES = 150_000;
const SETTINGS = fileURLToPath(new URL('../../holdfast.config.ts', import.meta.url));
/** So that the timelines have something to show. */
const TRAFFIC_MS = 120_000;
const ACT_MS = 180_000;

const assembly = synthesizeBeforeAll(SETTINGS);

test(
  'takes the overview in the second act of the outage',
  async () => {
    const holdfast = await startHoldfast(assembly, {
      unkind: [],
      latency: { firstTokenMs: 350, sigma: 0.3, tokensPerSecond: 80 },
    });
    const { origin } = new URL(holdfast.run.apiUrl);
    const { page, close } = await openPage(origin);
    try {
      await page.setViewportSize({ width: 1280, height: 1180 });
      const traffic = await fetch(`${origin}${CONSOLE_ROUTES.traffic}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jobsPerSecond: 4 }),
      });
      expect(traffic.ok).toBe(true);
      await page.waitForTimeout(TRAFFIC_MS);
      await page.getByRole('button', { name: 'Start the outage' }).click();
      const held = page.locator('.acts > li').nth(1).locator('.events li').nth(1);
      await held.waitFor({ timeout: ACT_MS });
      const image = await webp(page);

      expect(image.length).toBeLessThanOrEqual(MOST_BYTES);
      await writeFile(IMAGE, image);
    } finally {
      await close();
      await holdfast.stop();
    }
  },
  TRAFFIC_MS + ACT_MS + 60_000,
);

/** Takes what the page shows as WebP, which is half as large as PNG. */
async function webp(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 90 });
  return Buffer.from(data, 'base64');
}
