import { describe, expect, test } from '@jest/globals';
import { BREAKER_DEFAULTS } from '../../../lambda/contract/policy.ts';
import {
  DisabledTargets,
  type DisabledTargetsStore,
} from '../../../lambda/core/router/disabled-targets.ts';
import { memoryDisabledTargets } from '../../support/memory-disabled-targets.ts';
import { SILENT } from '../../support/silent-telemetry.ts';

const KEY = 'us-east-1/model';

/** Returns workers that share a store and a clock. */
function workers(count: number, store: DisabledTargetsStore = memoryDisabledTargets()) {
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs };
  const policy = () => BREAKER_DEFAULTS;
  const all = Array.from(
    { length: count },
    () => new DisabledTargets({ store, policy, clock, log: SILENT }),
  );
  return {
    clock,
    workers: all,
    worker: all[0] ?? new DisabledTargets({ store, policy, clock, log: SILENT }),
  };
}

async function disable(worker: DisabledTargets): Promise<void> {
  for (const job of ['a', 'b', 'b'])
    await worker.failed(KEY, { jobId: job, reason: 'AccessDeniedException' });
}

describe('a target is disabled', () => {
  test('70. by three failures from two jobs', async () => {
    const { worker, clock } = workers(1);

    await worker.failed(KEY, { jobId: 'a', reason: 'AccessDeniedException' });
    await worker.failed(KEY, { jobId: 'a', reason: 'AccessDeniedException' });
    expect(await worker.availability(KEY)).toEqual({ available: true });
    await worker.failed(KEY, { jobId: 'b', reason: 'AccessDeniedException' });

    const untilMs = clock.nowMs + 60_000;
    expect(await worker.availability(KEY)).toEqual({ available: false, untilMs });
  });

  test('not by one job alone', async () => {
    const { worker } = workers(1);

    for (let i = 0; i < 10; i += 1)
      await worker.failed(KEY, { jobId: 'a', reason: 'AccessDeniedException' });

    expect(await worker.availability(KEY)).toEqual({ available: true });
  });

  test('not when a success comes between', async () => {
    const { worker } = workers(1);

    await worker.failed(KEY, { jobId: 'a', reason: 'AccessDeniedException' });
    await worker.failed(KEY, { jobId: 'b', reason: 'AccessDeniedException' });
    await worker.succeeded(KEY);
    await worker.failed(KEY, { jobId: 'c', reason: 'AccessDeniedException' });

    expect(await worker.availability(KEY)).toEqual({ available: true });
  });

  test.each([
    ['not when an answer came after the first failure', 1, true],
    ['when the last answer came before the first failure', 0, false],
  ])('%s', async (_, servedAfterMs, available) => {
    const { worker, clock } = workers(1);
    const servedAtMs = clock.nowMs + servedAfterMs;
    await worker.failed(KEY, { jobId: 'a', reason: 'AccessDeniedException' });
    clock.nowMs += 10;

    for (const jobId of ['b', 'c'])
      await worker.failed(KEY, { jobId, reason: 'AccessDeniedException', servedAtMs });

    expect(await worker.availability(KEY)).toMatchObject({ available });
  });

  test('by failures that several workers saw, for all workers within 5 s', async () => {
    const { workers: fleet, clock } = workers(4);
    const last = fleet[3];
    expect(await last?.availability(KEY)).toEqual({ available: true });

    await Promise.all(
      fleet.slice(0, 3).map((each, i) => each.failed(KEY, { jobId: `job-${i}`, reason: 'X' })),
    );
    clock.nowMs += 5_000;

    expect(await last?.availability(KEY)).toMatchObject({ available: false });
  });
});

describe('a disabled target', () => {
  test('is checked by only one call, although all workers ask', async () => {
    const { workers: fleet, clock, worker } = workers(5);
    await disable(worker);
    clock.nowMs += 60_000;

    const answers = await Promise.all(fleet.map((each) => each.availability(KEY)));

    expect(answers.filter(({ available }) => available)).toHaveLength(1);
  });

  test('is checked less and less often, down to once an hour', async () => {
    const { clock, worker } = workers(1);
    await disable(worker);

    const minutes: number[] = [];
    for (let check = 0; check < 9; check += 1) {
      const state = await worker.availability(KEY);
      if (state.available) throw new Error('available before its time');
      minutes.push((state.untilMs - clock.nowMs) / 60_000);
      clock.nowMs = state.untilMs;
      expect(await worker.availability(KEY)).toEqual({ available: true });
      await worker.failed(KEY, { jobId: `check-${check}`, reason: 'AccessDeniedException' });
    }

    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('is enabled for all workers after one success', async () => {
    const { workers: fleet, clock, worker } = workers(2);
    await disable(worker);
    clock.nowMs += 60_000;
    await worker.availability(KEY);

    await worker.succeeded(KEY);
    clock.nowMs += 5_000;

    expect(await fleet[1]?.availability(KEY)).toEqual({ available: true });
    expect(await fleet[1]?.all()).toEqual({});
  });
});

describe('the shared record', () => {
  function counted(store: DisabledTargetsStore) {
    const counts = { loads: 0 };
    const load = () => {
      counts.loads += 1;
      return store.load();
    };
    return { counts, store: { ...store, load } };
  }

  test('is read at most every 5 s', async () => {
    const { counts, store } = counted(memoryDisabledTargets());
    const { worker, clock } = workers(1, store);

    for (let i = 0; i < 100; i += 1) {
      await worker.availability(KEY);
      clock.nowMs += 100;
    }

    expect(counts.loads).toBe(2);
  });

  test('is not written by a success that has nothing to clear', async () => {
    const { counts, store } = counted(memoryDisabledTargets());
    const { worker } = workers(1, store);

    await worker.succeeded(KEY);

    expect(counts.loads).toBe(0);
  });

  test('does not stop calls if it is out of reach', async () => {
    const unreachable = () => Promise.reject(new Error('no table'));
    const { worker } = workers(1, { load: unreachable, save: unreachable });

    await disable(worker);
    await worker.succeeded(KEY);

    expect(await worker.availability(KEY)).toEqual({ available: true });
  });
});

describe('an operator enables a target', () => {
  test('for all workers within 5 s', async () => {
    const { workers: fleet, worker, clock } = workers(2);
    await disable(worker);
    const other = fleet[1];

    expect(await other?.enable(KEY)).toBe(true);
    expect(await other?.enable(KEY)).toBe(false);
    clock.nowMs += 5_000;

    expect(await worker.availability(KEY)).toEqual({ available: true });
  });

  test('and gets an error if the store is lost', async () => {
    const lost = () => Promise.reject(new Error('lost'));
    const { worker } = workers(1, { load: lost, save: lost });

    await expect(worker.enable(KEY)).rejects.toThrow('lost');
  });
});
