import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';

/** Debian's and Ubuntu's browser. */
const CHROMIUM = '/usr/bin/chromium';

/** Sandboxes need rights that containers lack. The other flags keep the browser from calling home. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The narrowest screen, a tablet and a desk. */
export const WIDTHS = [360, 768, 1440] as const;
export const SCHEMES = ['light', 'dark'] as const;
const HEIGHT = 900;

/**
 * Declares tests that need Debian's Chromium. If it is not installed, the tests are skipped on a laptop
 * and fail in CI.
 */
export function needsChromium(what: string, declare: () => void): void {
  if (existsSync(CHROMIUM)) {
    declare();
    return;
  }
  const inCi = process.env.CI ? test : test.skip;
  inCi(`${what} needs ${CHROMIUM} to be tested`, () => {
    throw new Error('the browser was not found; on Debian, install the package chromium');
  });
}

/** A page in a fresh browser. */
export interface OpenPage {
  readonly page: Page;
  /** The errors on the page's console and its uncaught errors. */
  readonly errors: readonly string[];
  /** The requests that left for another host than the page's own. */
  readonly foreignRequests: readonly string[];
  close(): Promise<void>;
}

/** Opens the address in a browser with an empty profile, at the width of a desk and in light colours. */
export async function openPage(url: string): Promise<OpenPage> {
  const profile = await mkdtemp(join(tmpdir(), 'holdfast-browser-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: FLAGS,
    headless: true,
    viewport: { width: 1440, height: HEIGHT },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  const page = browser.pages()[0] ?? (await browser.newPage());
  const errors: string[] = [];
  const foreignRequests: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) foreignRequests.push(request.url());
  });
  await page.goto(url);
  return { page, errors, foreignRequests, close: () => closeBrowser(browser, profile) };
}

async function closeBrowser(browser: BrowserContext, profile: string): Promise<void> {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
}

/** Shows a view and waits for its heading. */
export async function showView(page: Page, route: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/${route}`);
  await viewShown(page);
}

/** Waits until the page shows a view, which it does after its first snapshot. */
export async function viewShown(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('heading', { name: 'Connecting' }).waitFor({ state: 'detached' });
}

/**
 * Waits until an expression has the value on the page. The page runs its effects, such as moving the
 * focus, after it has drawn a view.
 */
export async function hasValue(page: Page, expression: string, value: string): Promise<void> {
  await eventually(`${expression} to be '${value}'`, async () =>
    (await page.evaluate(expression)) === value ? true : undefined,
  );
}

/** Shows the page as on another screen. */
export async function asOn(
  page: Page,
  width: number,
  colorScheme: (typeof SCHEMES)[number],
): Promise<void> {
  await page.setViewportSize({ width, height: HEIGHT });
  await page.emulateMedia({ colorScheme });
}
