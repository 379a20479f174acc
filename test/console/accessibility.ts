import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { asOn, SCHEMES, WIDTHS } from './browser.ts';

type Screen = readonly [width: number, scheme: (typeof SCHEMES)[number]];

const ALL: readonly Screen[] = SCHEMES.flatMap((scheme) =>
  WIDTHS.map((width): Screen => [width, scheme]),
);
/** Enough for a state of a view that is checked on all screens in another state. */
export const TWO_SCREENS: readonly Screen[] = [
  [360, 'light'],
  [1440, 'dark'],
];

/**
 * Checks the view that the page shows on these screens; by default at all widths, light and dark. Returns
 * one line for each violation of axe's rules, and for a page that is wider than its screen.
 */
export async function violationsOf(page: Page, screens = ALL): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [width, scheme] of screens) {
    await asOn(page, width, scheme);
    const screen = `${width} px, ${scheme}`;
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    for (const { id, nodes } of violations) {
      for (const { html, failureSummary } of nodes) {
        found.push(`${screen}: ${id}: ${html.slice(0, 200)}: ${failureSummary}`);
      }
    }
    const tooWide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    if (Number(tooWide) > 0) found.push(`${screen}: the page is ${tooWide} px too wide`);
  }
  return found;
}
