/** Streams that break after their first token, in virtual time and with all times as shipped. */

import { expect, jest, test } from '@jest/globals';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { SPEEDS } from '../../local/bedrock/speeds.ts';
import { defaultTiers } from '../support/settings.ts';
import { shippedSettings } from './chains.ts';
import { onPrimary } from './outages.ts';
import { Simulation } from './simulation.ts';

/** The test takes a few seconds on an idle machine. */
jest.setTimeout(120_000);

const MINUTE = 60;
const BREAKS = ['stall', 'stream-error', 'stream-reset'] as const;

/** The shipped settings, but with one target in each tier: the first one gets every job. */
function settingsOfOneRegion() {
  const { chains: _, ...settings } = shippedSettings();
  const tiers = defaultTiers(shippedSettings()).map((tier) => ({
    ...tier,
    targets: tier.targets.slice(0, 1),
  }));
  return parseSettings({ ...settings, tiers }, 'one target in each tier');
}

test('89. of a target that breaks 30 % of its streams, at most 2 % of all calls break, and its circuit is closed two cooldowns after it heals', async () => {
  const settings = settingsOfOneRegion();
  const { latency } = SPEEDS.realistic;
  const simulation = new Simulation({ settings, seed: 1, speed: { latency } });
  const { faults, log } = simulation.bedrock;
  const traffic = simulation.post({
    count: 10 * 34 * MINUTE,
    perSecond: 10,
    prompt: (n) => `question ${n}`,
  });
  await simulation.run(MINUTE);
  const brokeAt = simulation.clock.now();
  // Of the streams that one rule leaves, the next one breaks its part, 10 % of all each.
  BREAKS.forEach((fault, i) => {
    const rule = { fault, probability: 0.1 / (1 - 0.1 * i), forSeconds: 30 * MINUTE };
    for (const each of onPrimary(settings, rule)) faults.set(each);
  });
  await simulation.run(30 * MINUTE);
  const healedAt = simulation.clock.now();
  await simulation.run(5 * MINUTE);
  await traffic;

  const calls = log.calls().filter((c) => c.startedAtMs >= brokeAt && c.startedAtMs < healedAt);
  const broken = calls.filter(({ outcome }) => BREAKS.some((fault) => fault === outcome));
  expect(calls.length).toBeGreaterThan(18_000);
  expect(broken.length).toBeGreaterThan(50);
  expect(broken.length).toBeLessThanOrEqual(0.02 * calls.length);
  const twoCooldownsMs = 2 * settings.breaker.cooldownSeconds * 1000;
  expect(simulation.unhealthyAt(healedAt + twoCooldownsMs)).toEqual([]);
  expect(simulation.jobs.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
});
