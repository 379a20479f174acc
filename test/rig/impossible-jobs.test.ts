/**
 * Jobs that no model can answer, in virtual time and with the shipped settings: they end soon, no
 * other job waits for them, and no circuit stays open because of them. The numbers are those of
 * docs/breaker-cases.md.
 */
import { describe, expect, jest, test } from '@jest/globals';
import { targetsOf } from '../../lambda/contract/chains.ts';
import { targetKey } from '../../lambda/contract/policy.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { SPEEDS } from '../../local/bedrock/speeds.ts';
import { median } from '../support/median.ts';
import { shippedSettings } from './chains.ts';
import { Simulation } from './simulation.ts';

/** Each test takes a few seconds on an idle machine. */
jest.setTimeout(60_000);

const SETTINGS = shippedSettings();
const { failedCalls } = SETTINGS.jobs;
const MINUTE = 60;

/** Returns a chain on which each impossible prompt gets a 424, whatever the target. */
function aChain(settings = SETTINGS): Simulation {
  const { latency } = SPEEDS.realistic;
  const simulation = new Simulation({ settings, seed: 1, speed: { latency } });
  simulation.bedrock.faults.set({ fault: 'model-error', prompt: 'impossible *' });
  return simulation;
}

/** Posts five jobs a second. Returns the jobs, whose state is read when the function is called. */
function goodJobs(simulation: Simulation, minutes: number): () => readonly Job[] {
  const count = 5 * MINUTE * minutes;
  void simulation.post({ count, perSecond: 5, prompt: (n) => `question ${n}`, tenant: 'good' });
  return () => {
    const jobs = simulation.jobs.filter(({ tenant }) => tenant === 'good');
    expect(jobs).toHaveLength(count);
    return jobs;
  };
}

function idsOf(jobs: readonly Job[], isMatch: (job: Job) => boolean): readonly string[] {
  return jobs.filter(isMatch).map(({ jobId }) => jobId);
}

const isUnserved = ({ status }: Job) => status !== 'SUCCEEDED';
const hasWaited = ({ deferrals }: Job) => deferrals > 0;

function impossibleJobs(
  simulation: Simulation,
  count: number,
  perSecond = Infinity,
): Promise<readonly string[]> {
  const prompt = (n: number) => `impossible ${n}`;
  return simulation.post({ count, perSecond, prompt, tenant: 'impossible' });
}

function expectDeadLettered(simulation: Simulation, ids: readonly string[], limit: number): void {
  for (const id of ids) {
    expect(simulation.job(id).status).toBe('DEAD_LETTERED');
    expect(simulation.callsOf(id).length).toBeLessThanOrEqual(limit);
  }
}

describe('jobs that always get a 424, beside 5 good jobs/s', () => {
  test('make at most one call more than their budget: one job', async () => {
    const simulation = aChain();
    const good = goodJobs(simulation, 5);
    await simulation.run(30);
    const impossible = impossibleJobs(simulation, 1);
    await simulation.run(60 * MINUTE);

    expect(good().filter(isUnserved)).toHaveLength(0);
    expectDeadLettered(simulation, await impossible, failedCalls + 1);
  });

  test.each([
    { name: '40 jobs spread over 15 minutes', healthySeconds: 0, perSecond: 40 / (15 * MINUTE) },
    { name: '40 jobs at once after a healthy minute', healthySeconds: 60, perSecond: Infinity },
  ])(
    '85. make at most one call more than their budget, and no good job waits: $name',
    async ({ healthySeconds, perSecond }) => {
      const simulation = aChain();
      const good = goodJobs(simulation, 15);
      await simulation.run(healthySeconds);
      const impossible = impossibleJobs(simulation, 40, perSecond);
      await simulation.run(25 * MINUTE);

      expectDeadLettered(simulation, await impossible, failedCalls + 1);
      expect(idsOf(good(), isUnserved)).toEqual([]);
      expect(idsOf(good(), (job) => hasWaited(job) || job.degraded === true)).toEqual([]);
      expect(simulation.changes).toEqual([]);
    },
  );

  test('85. make at most two calls more if all 40 come before anybody was served', async () => {
    const simulation = aChain();
    const impossible = impossibleJobs(simulation, 40);
    const good = goodJobs(simulation, 5);
    await simulation.run(10 * MINUTE);

    expectDeadLettered(simulation, await impossible, failedCalls + 2);
    // Nothing tells them from an outage, so the first tier opens for a minute and the others serve.
    expect(idsOf(good(), (job) => isUnserved(job) || hasWaited(job))).toEqual([]);
    expect(simulation.unhealthyAt(simulation.clock.now())).toEqual([]);
  });

  test('of one tenant do not slow down another one, and leave no circuit open', async () => {
    const simulation = aChain();
    const good = goodJobs(simulation, 5);
    await simulation.run(MINUTE);
    const beganAt = simulation.clock.now();
    const impossible = impossibleJobs(simulation, 60);
    await simulation.run(9 * MINUTE);

    const ended = (await impossible).map((id) => simulation.job(id).completedAt ?? Infinity);
    const medianMs = (fromMs: number, toMs: number) =>
      median(
        good()
          .filter((j) => j.createdAt >= fromMs && j.createdAt < toMs)
          .map(msOf),
      );
    const beforeMs = medianMs(0, beganAt);
    expect(medianMs(beganAt, Math.max(...ended))).toBeLessThan(2 * beforeMs);
    expect(simulation.unhealthyAt(Math.max(...ended) + MINUTE * 1000)).toEqual([]);
  });

  test('are never recovery probes once they have failed', async () => {
    // With so large a budget, the jobs still wait for the first tier when its circuits recover.
    const simulation = aChain(shippedSettings({ failedCalls: 1000 }));
    const impossible = impossibleJobs(simulation, 40);
    const good = goodJobs(simulation, 4);
    await simulation.run(10 * MINUTE);

    expect(idsOf(good(), isUnserved)).toEqual([]);
    const recoveries = simulation.changes.filter(({ type }) => type === 'half_opened');
    expect(recoveries.length).toBeGreaterThan(0);
    const ids = new Set(await impossible);
    for (const { key, atMs } of recoveries) {
      const end = simulation.changes.find((each) => each.key === key && each.atMs > atMs);
      const during = simulation.bedrock.log
        .calls()
        .filter((call) => call.startedAtMs >= atMs && call.startedAtMs < (end?.atMs ?? Infinity));
      const isTheirs = ({ jobId = '' }) => ids.has(jobId);
      const probes = during.filter(
        ({ region, model }) => targetKey({ region, modelId: model }) === key,
      );
      expect(end?.type).toBe('closed');
      expect(probes.filter(isTheirs)).toEqual([]);
      expect(during.some(isTheirs)).toBe(true);
    }
  });
});

test('87. one job whose calls all hang makes at most 900 calls in a day and expires at its deadline', async () => {
  const { deadlineSeconds } = SETTINGS.jobs;
  const simulation = aChain();
  simulation.bedrock.faults.set({ fault: 'hang' });
  const posted = simulation.post({ count: 1, perSecond: 1, prompt: () => 'hello' });
  await simulation.run(deadlineSeconds + 5 * MINUTE);
  const [jobId = ''] = await posted;

  const { status, createdAt, completedAt = Infinity } = simulation.job(jobId);
  const calls = simulation.callsOf(jobId);
  expect(status).toBe('EXPIRED');
  expect(completedAt - createdAt).toBeLessThan((deadlineSeconds + 2 * MINUTE) * 1000);
  expect(calls.length).toBeLessThanOrEqual(900);
  const called = new Set(calls.map(({ region, model }) => `${region}/${model}`));
  expect([...called].sort()).toEqual(targetsOf(SETTINGS).map(targetKey).sort());
});

function msOf({ createdAt, completedAt = Infinity }: Job): number {
  return completedAt - createdAt;
}
