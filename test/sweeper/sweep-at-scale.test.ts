import { describe, expect, test } from '@jest/globals';
import { SWEEP_SHARDS } from '../../lambda/contract/keys.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { sweep } from '../../lambda/sweeper/sweep.ts';
import { aJob, START } from '../support/job-builders.ts';
import { aWorld, type World } from '../support/job-world.ts';

const MINUTE = 60_000;
/** The time limit of a sweep: the function's timeout of 60 s, less a margin. */
const SWEEP_MS = 45_000;
const PAGE_SIZE = 50;
/** The time that the query, sends and updates of one page take if AWS is slow. */
const PAGE_MS = 100;
const CROWDED = 9;

describe('100,000 due rows, nearly all in one shard,', () => {
  test('are processed minute by minute, each once, one page at a time', async () => {
    const { world, seen } = aBacklog(100_000);

    const took = await sweepEachMinute(world);

    expect(new Set(world.queue.sent.map(({ message }) => message.jobId)).size).toBe(100_000);
    expect(world.queue.sent).toHaveLength(100_000);
    expect(world.counts[METRIC.sweptJobs]).toBe(100_000);
    expect(seen.mostAtOnce).toBeLessThanOrEqual(PAGE_SIZE);
    // No sweep overlaps the next, and none stops early.
    expect(Math.max(...took)).toBeLessThanOrEqual(SWEEP_MS + PAGE_MS);
    const pages = 100_000 / PAGE_SIZE + SWEEP_SHARDS * took.length;
    expect(took.length).toBeLessThanOrEqual(Math.ceil((pages * PAGE_MS) / SWEEP_MS));
  }, 30_000);

  test('delay the rows of other shards by at most a minute', async () => {
    const { world } = aBacklog(100_000);
    // In the worst minute, the sweep starts at the shard with most of the rows.
    const worst = minuteThatBeginsAt(CROWDED);

    for (const minute of [worst, worst + 1]) {
      world.clock.nowMs = START + minute * MINUTE;
      await sweep(world, world.clock.nowMs + SWEEP_MS);
    }

    const waiting = [...world.jobs.rows.values()].filter(({ sentAt }) => sentAt === undefined);
    expect(waiting.length).toBeGreaterThan(50_000);
    expect(new Set(waiting.map(({ sweepShard }) => sweepShard))).toEqual(new Set([CROWDED]));
  }, 30_000);
});

/** Creates a table whose pages take time and are read one at a time, on demand. */
function aBacklog(count: number) {
  const world = aWorld();
  const shards = Array.from({ length: SWEEP_SHARDS }, (): string[] => []);
  const template = aJob({ sentAt: undefined });
  for (let i = 0; i < count; i++) {
    const jobId = i.toString(16).padStart(32, '0');
    const sweepShard = i % 100 === 0 ? (i / 100) % SWEEP_SHARDS : CROWDED;
    world.jobs.rows.set(jobId, { ...template, jobId, sweepShard });
    shards[sweepShard]?.push(jobId);
  }
  const seen = { mostAtOnce: 0 };
  let inProgress = 0;
  const { update } = world.jobs;
  world.jobs.update = async (...args) => {
    inProgress += 1;
    seen.mostAtOnce = Math.max(seen.mostAtOnce, inProgress);
    await Promise.resolve();
    inProgress -= 1;
    return update.apply(world.jobs, args);
  };
  world.jobs.due = async function* (shard, now) {
    const ids = shards[shard]?.filter((id) => (world.jobs.rows.get(id)?.dueAt ?? 0) <= now) ?? [];
    for (let at = 0; at < ids.length; at += PAGE_SIZE) {
      world.clock.nowMs += PAGE_MS;
      yield ids.slice(at, at + PAGE_SIZE).flatMap((id) => world.jobs.rows.get(id) ?? []);
    }
  };
  return { world, seen };
}

/** Sweeps each minute until all jobs are sent. Returns the time that each sweep took. */
async function sweepEachMinute(world: World): Promise<readonly number[]> {
  const took: number[] = [];
  for (let minute = 1; minute <= 30; minute++) {
    const startedAt = START + minute * MINUTE;
    world.clock.nowMs = startedAt;
    await sweep(world, startedAt + SWEEP_MS);
    took.push(world.clock.nowMs - startedAt);
    if (world.queue.sent.length >= world.jobs.rows.size) break;
  }
  return took;
}

/** Returns the first minute after the start whose sweep begins at this shard. */
function minuteThatBeginsAt(shard: number): number {
  const minutes = Array.from({ length: SWEEP_SHARDS }, (_, i) => i + 1);
  return minutes.find((minute) => (START / MINUTE + minute) % SWEEP_SHARDS === shard) ?? 0;
}
