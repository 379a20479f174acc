import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Snapshot } from '../../console/contract/snapshot.ts';
import type { SnapshotSources } from '../../console/server/snapshot-reader.ts';
import { SnapshotReader } from '../../console/server/snapshot-reader.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { AN_INSTANCE, someHealth } from './instance.ts';

const QUEUES = { queued: 1, running: 2, deferred: 3, deadLetters: 4 };

describe('the snapshot reader', () => {
  let clock: FakeClock;
  let reads: { health: number; queues: number };
  let answer: {
    health: () => Promise<ReturnType<typeof someHealth>>;
    queues: () => Promise<typeof QUEUES>;
  };
  let reader: SnapshotReader;

  beforeEach(() => {
    clock = new FakeClock();
    reads = { health: 0, queues: 0 };
    answer = { health: async () => someHealth(), queues: async () => QUEUES };
    reader = new SnapshotReader(sources(), clock);
  });

  function sources(): SnapshotSources {
    const explain = (error: unknown) =>
      `because of ${error instanceof Error ? error.message : error}`;
    return {
      instance: AN_INSTANCE,
      health: {
        name: 'health',
        everyMs: 1_000,
        read: () => {
          reads.health++;
          return answer.health();
        },
        explain,
      },
      queues: {
        name: 'queues',
        everyMs: 60_000,
        read: () => {
          reads.queues++;
          return answer.queues();
        },
        explain,
      },
    };
  }

  /** Reads while time passes, because a part that hangs has a time limit. */
  async function readWhile(ms: number): Promise<Snapshot> {
    const snapshot = reader.read();
    await clock.advance(ms);
    return snapshot;
  }

  test('reads all parts when it is first asked, and dates them', async () => {
    const snapshot = await reader.read();

    const at = new Date(clock.now()).toISOString();
    expect(snapshot).toEqual({
      instance: AN_INSTANCE,
      health: { at, value: someHealth() },
      queues: { at, value: QUEUES },
      problems: [],
    });
  });

  test('reads a part again only after its own time', async () => {
    await reader.read();
    await reader.read();
    expect(reads).toEqual({ health: 1, queues: 1 });

    await clock.advance(1_000);
    await reader.read();
    expect(reads).toEqual({ health: 2, queues: 1 });

    await clock.advance(59_000);
    await reader.read();
    expect(reads).toEqual({ health: 3, queues: 2 });
  });

  test('shares a read that is under way among all who ask', async () => {
    await Promise.all([reader.read(), reader.read(), reader.read()]);

    expect(reads).toEqual({ health: 1, queues: 1 });
  });

  test('keeps the last value of a part that fails, with its time, and says why; then forgets the problem', async () => {
    const first = await reader.read();
    answer.health = () => Promise.reject(new Error('an outage'));
    await clock.advance(1_000);
    const failed = await reader.read();
    answer.health = async () => someHealth();
    await clock.advance(1_000);
    const again = await reader.read();

    expect(failed.health).toEqual(first.health);
    expect(failed.problems).toEqual(['health: because of an outage']);
    expect(again.health?.at).not.toBe(first.health?.at);
    expect(again.problems).toEqual([]);
  });

  test('returns the other parts while one hangs, and reports the time limit of the read', async () => {
    answer.health = () => new Promise(() => {});

    const early = await readWhile(1_500);
    await clock.advance(3_500);
    const late = await readWhile(1_500);

    expect(early.queues?.value).toEqual(QUEUES);
    expect(early).not.toHaveProperty('health');
    expect(early.problems).toEqual([]);
    expect(late.problems).toEqual(['health: because of no response within 5 s']);
  });

  test('aborts the request of a read that takes too long', async () => {
    let aborted = false;
    const { health, ...others } = sources();
    const read = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise<never>(() => {});
    };
    reader = new SnapshotReader({ ...others, health: { ...health, read } }, clock);

    await readWhile(1_500);
    expect(aborted).toBe(false);
    await clock.advance(3_500);
    expect(aborted).toBe(true);
  });

  test('polls once for all listeners, and nothing while nobody listens', async () => {
    const seen: Snapshot[][] = [[], []];
    const ends = seen.map((list) => reader.listen((snapshot) => list.push(snapshot)));
    await clock.advance(3_000);
    expect(reads.health).toBe(4);
    expect(seen.map((list) => list.length)).toEqual([4, 4]);

    for (const end of ends) end();
    await clock.advance(60_000);
    expect(reads.health).toBe(4);

    reader.listen(() => undefined);
    await clock.advance(1_000);
    expect(reads.health).toBe(6);
  });

  test('tells listeners nothing while nothing changes', async () => {
    const seen: Snapshot[] = [];
    answer.health = () => Promise.reject(new Error('an outage'));
    reader.listen((snapshot) => seen.push(snapshot));

    await clock.advance(10_000);

    expect(seen).toHaveLength(1);
    expect(seen[0]?.problems).toEqual(['health: because of an outage']);
  });

  test('has the traffic and the drill of the laptop', async () => {
    const drill = { state: 'running', act: 'fail', startedAt: 'now', events: [] } as const;
    const laptop = {
      traffic: { current: () => ({ jobsPerSecond: 5 }), set: () => undefined },
      drill: { current: () => drill, start: () => false, stop: () => undefined },
    };
    reader = new SnapshotReader({ ...sources(), laptop }, clock);

    expect((await reader.read()).laptop).toEqual({ traffic: { jobsPerSecond: 5 }, drill });
  });
});
