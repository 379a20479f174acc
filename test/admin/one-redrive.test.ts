import { beforeEach, describe, expect, test } from '@jest/globals';
import { type OneRedrive, redriveAlone } from '../../lambda/admin/one-redrive.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { type RedriveRequest, redriveRequest } from '../../lambda/contract/schemas/redrive.ts';
import { aJob, START } from '../support/job-builders.ts';
import { aWorld } from '../support/job-world.ts';
import { memoryRedriveLease } from '../support/memory-redrive-lease.ts';

const ADA = 'arn:aws:iam::1:user/ada';
const FUNCTION_MS = 28_000;
const HELD_UNTIL = START + FUNCTION_MS;

let fleet: ReturnType<typeof aFleet>;
beforeEach(() => {
  fleet = aFleet();
});

/** A dead-letter queue with 200 jobs, and the functions that redrive it. */
function aFleet() {
  const world = aWorld();
  const letters = Array.from({ length: 200 }, (_, i) => {
    const job = aJob({ jobId: i.toString(16).padStart(32, '0'), status: 'DEAD_LETTERED' });
    world.jobs.rows.set(job.jobId, job);
    return { receipt: `${i}`, body: encodeMessage(job) };
  });
  const redriveLease = memoryRedriveLease();
  const dependencies = {
    ...world,
    redriveLease,
    deadLetters: {
      receive: async (max: number) => letters.splice(0, max),
      remove: async () => undefined,
      release: async () => undefined,
      count: async () => letters.length,
    },
    circuits: {
      summaries: async (keys: readonly string[]) =>
        keys.map((key) => ({ key, state: 'CLOSED' as const })),
    },
    disabledTargets: { all: async () => ({}) },
  };
  const call = (request: Partial<RedriveRequest> = {}): Promise<OneRedrive> =>
    redriveAlone(
      dependencies,
      world.settings,
      redriveRequest.parse(request),
      ADA,
      world.clock.now() + FUNCTION_MS,
    );
  const moved = () => world.queue.sent.length;
  return { world, dependencies, redriveLease, call, moved };
}

describe('several redrives', () => {
  test('at once are one redrive, and the others are told whose and until when', async () => {
    const calls = await Promise.all(Array.from({ length: 4 }, () => fleet.call()));

    expect(calls.filter(({ kind }) => kind === 'ended')).toHaveLength(1);
    expect(calls.filter(({ kind }) => kind === 'refused')).toEqual(
      Array(3).fill({ kind: 'refused', holder: ADA, untilMs: HELD_UNTIL }),
    );
  });

  test.each([0.1, 3, 10])(
    'one after the other, as fast as they are let, move %d jobs a second together',
    async (maxPerSecond) => {
      const { world, call, moved } = fleet;
      const spans: number[] = [];
      while (world.clock.nowMs < START + 120_000 && moved() < 200) {
        const done = await call({ maxPerSecond, limit: 5 });
        if (done.kind === 'refused') world.clock.nowMs = done.untilMs;
        spans.push(moved() - ((world.clock.nowMs - START) / 1000) * maxPerSecond);
      }

      // The first job of each second, or the first job at all, comes before its time has passed.
      expect(Math.max(...spans)).toBeLessThanOrEqual(1);
      expect(moved()).toBeGreaterThan(11);
    },
  );

  test('are let in as soon as the rate allows the next job', async () => {
    const { world, call } = fleet;
    await call({ maxPerSecond: 0.1 });
    // The third job was moved at 20 s, and the function had no time to wait for the fourth.
    expect(world.clock.nowMs).toBe(START + 23_000);

    expect(await call()).toEqual({ kind: 'refused', holder: ADA, untilMs: START + 30_000 });
    world.clock.nowMs = START + 30_000;
    expect(await call()).toMatchObject({ kind: 'ended' });
  });

  test('need not wait for a dry run, which moves nothing', async () => {
    await fleet.call({ dryRun: true, limit: 50 });

    expect(await fleet.call()).toMatchObject({ kind: 'ended' });
  });

  test('wait for a second after one that failed half-way, and no longer', async () => {
    const { world, dependencies, call } = fleet;
    const { receive } = dependencies.deadLetters;
    dependencies.deadLetters.receive = () => Promise.reject(new Error('queue down'));
    await expect(call()).rejects.toThrow('queue down');
    dependencies.deadLetters.receive = receive;

    expect(await call()).toMatchObject({ kind: 'refused', untilMs: START + 1_000 });
    world.clock.nowMs = START + 1_000;
    expect(await call()).toMatchObject({ kind: 'ended' });
  });

  test('get the report even if the lease cannot be ended', async () => {
    fleet.redriveLease.end = () => Promise.reject(new Error('table down'));

    expect(await fleet.call({ limit: 7 })).toMatchObject({ kind: 'ended', report: { moved: 7 } });
    expect(fleet.world.logged.at(-1)).toEqual({
      message: 'redrive lease not ended',
      fields: { error: 'Error' },
    });
  });
});
