/**
 * Long answers in virtual time: each is served by one call, and neither other jobs nor the recovery
 * of a circuit waits for them.
 */
import { describe, expect, jest, test } from '@jest/globals';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { SPEEDS } from '../../local/bedrock/speeds.ts';
import { median } from '../support/median.ts';
import { rigSettings, shippedSettings } from './chains.ts';
import { onPrimary } from './outages.ts';
import { Simulation } from './simulation.ts';

/** Each test takes about a second on an idle machine. */
jest.setTimeout(60_000);

/** The speeds of the models in reality. */
const { latency: REALISTIC } = SPEEDS.realistic;
/** The speed of a model whose times are divided by ten. */
const DIVIDED = { firstTokenMs: 120, sigma: 0.4, tokensPerSecond: 600, speedSigma: 0.1 };

function msOf({ createdAt, completedAt = Infinity }: Job): number {
  return completedAt - createdAt;
}

test('a job whose answer takes 65 s is served by one call to the first tier', async () => {
  const latency = { firstTokenMs: 1800, tokensPerSecond: 63 };
  const simulation = new Simulation({ settings: shippedSettings(), seed: 1, speed: { latency } });
  simulation.bedrock.faults.set({ fault: 'long-answer', tokens: 4000 });
  const posted = simulation.post({ count: 1, perSecond: 1, prompt: () => 'a long story' });
  await simulation.run(24 * 3600);
  const [jobId = ''] = await posted;

  const job = simulation.job(jobId);
  expect(job).toMatchObject({ status: 'SUCCEEDED', tier: 'primary', truncated: false });
  expect(msOf(job)).toBeGreaterThan(65_000);
  expect(simulation.callsOf(jobId)).toHaveLength(1);
  expect(simulation.changes).toEqual([]);
});

describe('20 answers of 8 to 20 s beside 5 short jobs/s, all times divided by ten', () => {
  const LONG = 20;

  async function run(arrival: { readonly longPerSecond: number; readonly brokenShare?: number }) {
    const { longPerSecond, brokenShare = 0 } = arrival;
    const simulation = new Simulation({
      settings: rigSettings('paired'),
      seed: 1,
      speed: { latency: DIVIDED },
    });
    const { faults } = simulation.bedrock;
    for (let n = 0; n < LONG; n++) {
      const seconds = 8 + (12 * n) / (LONG - 1);
      const factor = seconds / (500 / DIVIDED.tokensPerSecond);
      faults.set({ fault: 'long-answer', prompt: `long ${n}`, tokens: 500 });
      faults.set({ fault: 'slow-tokens', prompt: `long ${n}`, factor });
    }
    if (brokenShare > 0) {
      const probability = brokenShare / 3;
      for (const fault of ['stall', 'stream-error', 'stream-reset'] as const) {
        faults.set({ fault, probability, prompt: 'question *' });
      }
    }
    faults.set({ fault: 'model-error', prompt: 'impossible *' });
    const questions = simulation.post({ count: 200, perSecond: 5, prompt: (n) => `question ${n}` });
    await simulation.run(5);
    const stories = simulation.post({
      count: LONG,
      perSecond: longPerSecond,
      prompt: (n) => `long ${n}`,
    });
    const poison = simulation.post({ count: 10, perSecond: 1, prompt: (n) => `impossible ${n}` });
    await simulation.run(120);
    const jobsOf = (ids: readonly string[]) => ids.map((id) => simulation.job(id));
    return {
      simulation,
      short: jobsOf(await questions),
      long: jobsOf(await stories),
      impossible: jobsOf(await poison),
    };
  }

  test.each([
    ['one after the other', 1],
    ['all at once', Infinity],
  ])(
    'are each served whole by one call, and no other job is late: %s',
    async (_, longPerSecond) => {
      const { simulation, short, long, impossible } = await run({ longPerSecond });

      for (const job of long) {
        expect(job).toMatchObject({ status: 'SUCCEEDED', degraded: false, truncated: false });
        expect(simulation.callsOf(job.jobId)).toHaveLength(1);
      }
      for (const job of short) {
        expect(job).toMatchObject({ status: 'SUCCEEDED', degraded: false, deferrals: 0 });
        expect(msOf(job)).toBeLessThan(1500);
      }
      for (const job of impossible) {
        expect(job).toMatchObject({ status: 'DEAD_LETTERED' });
        expect(simulation.callsOf(job.jobId).length).toBeLessThanOrEqual(10);
      }
      expect(simulation.changes).toEqual([]);
    },
  );

  test('lose and double no job while one stream in ten breaks', async () => {
    const { simulation, short, long } = await run({ longPerSecond: 1, brokenShare: 0.1 });

    const calls = simulation.bedrock.log.calls();
    const broken = calls.filter(({ outcome }) => /^stall|^stream-/.test(outcome));
    expect(broken.length).toBeGreaterThan(10);
    for (const job of [...short, ...long]) {
      expect(job).toMatchObject({ status: 'SUCCEEDED', truncated: false });
      const answers = calls.filter((c) => c.jobId === job.jobId && c.outcome === 'answered');
      expect(answers).toHaveLength(1);
    }
  });
});

describe('60 answers of a minute', () => {
  test.each([
    ['at once', Infinity],
    ['one a second', 1],
  ])('of one tenant do not slow down another one: %s', async (_, perSecond) => {
    const simulation = new Simulation({
      settings: shippedSettings(),
      seed: 1,
      speed: { latency: REALISTIC },
    });
    simulation.bedrock.faults.set({ fault: 'long-answer', prompt: 'long *', tokens: 4000 });
    const theirs = simulation.post({ count: 1200, perSecond: 5, prompt: (n) => `short ${n}` });
    await simulation.run(60);
    const beganAt = simulation.clock.now();
    const long = simulation.post({
      count: 60,
      perSecond,
      prompt: (n) => `long ${n}`,
      tenant: 'another',
    });
    await simulation.run(300);

    const stories = (await long).map((id) => simulation.job(id));
    const endedAt = Math.max(...stories.map(({ completedAt = Infinity }) => completedAt));
    const short = (await theirs).map((id) => simulation.job(id));
    const before = short.filter(({ createdAt }) => createdAt < beganAt);
    const beside = short.filter((j) => j.createdAt >= beganAt && j.createdAt < endedAt);
    expect(beside.length).toBeGreaterThan(300);
    expect(median(beside.map(msOf))).toBeLessThan(2 * median(before.map(msOf)));
    expect(stories.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect(simulation.changes).toEqual([]);
  });
});

describe('the recovery of a circuit', () => {
  /** Returns the seconds from the first probe of each circuit until the circuit is closed. */
  async function recoverySeconds(
    settings: Settings,
    answer: { tokens: number; perSecond: number },
  ) {
    const { tokens, perSecond } = answer;
    const speed = {
      latency: { firstTokenMs: 1200, sigma: 0.25, tokensPerSecond: perSecond },
      answers: { medianTokens: tokens, sigma: 0 },
    };
    const pollers = settings.jobs.workerConcurrency;
    const simulation = new Simulation({ settings, seed: 1, speed, pollers });
    const traffic = simulation.post({ count: 720, perSecond: 2, prompt: (n) => `question ${n}` });
    await simulation.run(60);
    const rules = onPrimary(settings, { fault: 'unavailable', forSeconds: 120 });
    for (const rule of rules) simulation.bedrock.faults.set(rule);
    await simulation.run(700);
    await traffic;

    const closed = simulation.changes.filter(({ type }) => type === 'closed');
    expect(new Set(closed.map(({ key }) => key)).size).toBe(2);
    expect(simulation.jobs.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    return closed.map(({ key, atMs }) => {
      const began = simulation.changes.findLast(
        (each) => each.key === key && each.type === 'half_opened' && each.atMs < atMs,
      );
      return (atMs - (began?.atMs ?? 0)) / 1000;
    });
  }

  test('takes as long with answers of 300 s as with answers of 30 s, and no stage waits longer than a stall', async () => {
    // A fleet that always has a free worker: only the recovery is measured.
    const settings = shippedSettings({ workerConcurrency: 1000 });
    const { recoveryStages, stallSeconds } = settings.breaker;

    const short = await recoverySeconds(settings, { tokens: 230, perSecond: 60 });
    const medium = await recoverySeconds(settings, { tokens: 1000, perSecond: 34.7 });
    const long = await recoverySeconds(settings, { tokens: 4000, perSecond: 13.4 });

    const stalls = recoveryStages.length * stallSeconds;
    expect(Math.max(...long)).toBeLessThan(1.1 * Math.max(...medium));
    expect(Math.max(...long)).toBeLessThan(Math.max(...short) + stalls);
  });
});
