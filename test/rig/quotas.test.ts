/**
 * Traffic beyond known quotas, in virtual time with realistic answers on the shipped settings.
 * `npm run bench:outages` prints the same figures for longer traffic.
 */
import { expect, jest, test } from '@jest/globals';
import { type QuotaFigures, quotaFiguresOf } from './quota-figures.ts';
import { QUOTA_LOADS } from './quota-loads.ts';
import { simulateQuota } from './quota-run.ts';

/** Each test takes about a second on an idle machine. */
jest.setTimeout(60_000);

const SECONDS = 180;

async function run(name: string, isKnown = true): Promise<QuotaFigures> {
  const load = QUOTA_LOADS.find((each) => each.name === name);
  if (!load) throw new Error(`no load has the name ${name}`);
  return quotaFiguresOf(await simulateQuota(load, { seed: 1, seconds: SECONDS, isKnown }));
}

test.each(['minute quota 1.5-fold: requests', 'minute quota 1.5-fold: tokens', 'new account'])(
  '%s: at most 5 calls are throttled, the first tier serves what its quota allows, and none of it idles',
  async (name) => {
    const figures = await run(name);

    expect(figures).toMatchObject({ unanswered: 0, otherFailures: 0, circuitsOpened: 0 });
    expect(figures.throttled).toBeLessThanOrEqual(5);
    expect(figures.primaryShare).toBeGreaterThanOrEqual(figures.bound - 0.03);
    expect(figures.idleShare).toBeLessThanOrEqual(0.1);
  },
);

test('a quota of which another user takes half is found by few throttles, and no circuit opens', async () => {
  const figures = await run('outside user of half the quota');

  expect(figures).toMatchObject({ unanswered: 0, circuitsOpened: 0 });
  expect(figures.throttled).toBeLessThanOrEqual(20);
  expect(figures.primaryShare).toBeGreaterThanOrEqual(figures.bound - 0.03);
});

test('a quota with fixed minutes, which a burst exceeds, throttles few calls', async () => {
  const figures = await run('minute quota 1.5-fold: tokens, fixed minutes');

  expect(figures).toMatchObject({ unanswered: 0, circuitsOpened: 0 });
  expect(figures.throttled).toBeLessThanOrEqual(15);
});

test('a quota that nobody knows throttles many more', async () => {
  expect((await run('minute quota 1.5-fold: tokens', false)).throttled).toBeGreaterThan(30);
});
