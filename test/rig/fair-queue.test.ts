/** One tenant's burst beside another tenant's jobs, in virtual time and with the shipped settings. */
import { expect, test } from '@jest/globals';
import { SPEEDS } from '../../local/bedrock/speeds.ts';
import { median } from '../support/median.ts';
import { shippedSettings } from './chains.ts';
import { Simulation } from './simulation.ts';

const SECONDS = 30;

/** Returns the median time of a job of a tenant who posts one a second, in milliseconds. */
async function medianBeside(burst: number): Promise<number> {
  const { latency } = SPEEDS.realistic;
  const simulation = new Simulation({ settings: shippedSettings(), seed: 1, speed: { latency } });
  const prompt = (n: number) => `question ${n}`;
  void simulation.post({ count: burst, perSecond: burst / 15, prompt, tenant: 'loud' });
  void simulation.post({ count: SECONDS, perSecond: 1, prompt, tenant: 'quiet' });
  await simulation.run(2 * SECONDS);
  const jobs = simulation.jobs.filter(({ tenant }) => tenant === 'quiet');
  return median(jobs.map(({ createdAt, completedAt = Infinity }) => completedAt - createdAt));
}

test('beside 3,000 jobs that one tenant posts in 15 s, the median of another tenant at most doubles', async () => {
  expect(await medianBeside(3000)).toBeLessThan(2 * (await medianBeside(0)));
}, 60_000);
