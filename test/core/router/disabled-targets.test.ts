import { describe, expect, test } from '@jest/globals';
import { BREAKER_DEFAULTS } from '../../../lambda/contract/policy.ts';
import {
  DisabledTargets,
  type DisabledTargetsStore,
} from '../../../lambda/core/router/disabled-targets.ts';
import { memoryDisabledTargets } from '../../support/memory-disabled-targets.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';

const KEY = 'us-east-1/model';
const OTHER = 'us-east-1/other';

/** Returns workers that share a store, a clock and a log. */
function workers(count: number, store: DisabledTargetsStore = memoryDisabledTargets()) {
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs };
  const policy = () => BREAKER_DEFAULTS;
  const { log, logged } = recordingTelemetry();
  const all = Array.from(
    { length: count },
    () => new DisabledTargets({ store, policy, clock, log }),
  );
  return {
    clock,
    logged,
    workers: all,
    worker: all[0] ?? new DisabledTargets({ store, policy, clock, log }),
  };
}

async function disable(worker: DisabledTargets, key = KEY): Promise<void> {
  for (const job of ['a', 'b', 'b'])
    await worker.failed(key, { jobId: job, reason: 'AccessDeniedException' });
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

describe('a success', () => {
  const failedOnce = async (worker: DisabledTargets, key = KEY) =>
    worker.failed(key, { jobId: 'a', reason: 'AccessDeniedException' });

  test('enables a disabled target, and says so', async () => {
    const { worker, logged } = workers(1);
    await disable(worker);

    expect(await worker.succeeded(KEY)).toBe(true);
    expect(logged.at(-1)).toEqual({ message: 'target enabled', fields: { target: KEY } });
  });

  test('clears the failures of a target that is not disabled, without a word', async () => {
    const { worker, logged } = workers(1);
    await failedOnce(worker);

    expect(await worker.succeeded(KEY)).toBe(false);
    expect(await worker.all()).toEqual({});
    expect(logged).toEqual([]);
  });

  test('changes nothing at other targets', async () => {
    const { worker } = workers(1);
    await failedOnce(worker, OTHER);
    const before = await worker.all();
    await disable(worker);

    expect(Object.keys(await worker.all())).toEqual([OTHER, KEY]);
    await worker.succeeded(KEY);

    expect(await worker.all()).toEqual(before);
  });

  test('changes nothing if another worker has cleared the failures', async () => {
    const { saves, store } = counted(memoryDisabledTargets());
    const { workers: fleet, worker, logged } = workers(2, store);
    await disable(worker);
    await fleet[1]?.enable(KEY);
    const before = { saves: saves(), lines: logged.length };

    expect(await worker.succeeded(KEY)).toBe(false);
    expect({ saves: saves(), lines: logged.length }).toEqual(before);
  });

  test('does not count if the record cannot be saved', async () => {
    let isLost = false;
    const memory = memoryDisabledTargets();
    const { worker } = workers(1, {
      load: memory.load,
      save: (record) => (isLost ? Promise.reject(new Error('lost')) : memory.save(record)),
    });
    await disable(worker);
    isLost = true;

    expect(await worker.succeeded(KEY)).toBe(false);
  });
});

describe('the check of a disabled target', () => {
  test('is put off for a worker whose record is old', async () => {
    const { workers: fleet, clock, worker } = workers(2);
    await disable(worker);
    await fleet[1]?.availability(KEY);
    clock.nowMs += 60_000;
    await Promise.all(fleet.map((each) => each.all()));
    await worker.availability(KEY);

    expect(await fleet[1]?.availability(KEY)).toEqual({
      available: false,
      untilMs: clock.nowMs + 120_000,
    });
  });

  test('is due when its time has come, and not before', async () => {
    const { clock, worker } = workers(1);
    await disable(worker);

    clock.nowMs += 59_999;
    expect(await worker.availability(KEY)).toMatchObject({ available: false });
    clock.nowMs += 1;
    expect(await worker.availability(KEY)).toEqual({ available: true });
  });

  test.each([
    ['', 0],
    [', also after a new failure', 1],
  ])('is not needed if another worker has enabled the target%s', async (_, failures) => {
    const { workers: fleet, clock, worker } = workers(2);
    await disable(worker);
    clock.nowMs += 60_000;
    await worker.all();
    await fleet[1]?.enable(KEY);
    for (let i = 0; i < failures; i += 1)
      await fleet[1]?.failed(KEY, { jobId: 'd', reason: 'AccessDeniedException' });

    expect(await worker.availability(KEY)).toEqual({ available: true });
  });

  test('is not made if it cannot be claimed', async () => {
    let isLost = false;
    const memory = memoryDisabledTargets();
    const { worker, clock } = workers(1, {
      load: memory.load,
      save: (record) => (isLost ? Promise.reject(new Error('lost')) : memory.save(record)),
    });
    await disable(worker);
    isLost = true;
    clock.nowMs += 60_000;

    expect(await worker.availability(KEY)).toMatchObject({ available: false });
  });

  test('leaves other targets as they are', async () => {
    const { clock, worker } = workers(1);
    await disable(worker);
    await disable(worker, OTHER);
    clock.nowMs += 60_000;
    await worker.availability(KEY);

    expect(await worker.all()).toMatchObject({
      [KEY]: { disabled: { checks: 1 } },
      [OTHER]: { disabled: { checks: 0 } },
    });
  });

  test('that fails is not counted as one more failure', async () => {
    const { clock, worker } = workers(1);
    await disable(worker);
    clock.nowMs += 60_000;
    await worker.availability(KEY);
    await worker.failed(KEY, { jobId: 'c', reason: 'AccessDeniedException' });

    expect(await worker.all()).toMatchObject({ [KEY]: { failures: 3 } });
  });
});

test('the log names a target once when it is disabled, with its reason', async () => {
  const { worker, logged } = workers(1);
  await disable(worker);
  await worker.failed(KEY, { jobId: 'c', reason: 'AccessDeniedException' });

  expect(logged).toEqual([
    { message: 'target disabled', fields: { target: KEY, reason: 'AccessDeniedException' } },
  ]);
});

/** Counts the accesses to a store. */
function counted(store: DisabledTargetsStore) {
  const counts = { loads: 0, saves: 0 };
  const load = () => {
    counts.loads += 1;
    return store.load();
  };
  const save: DisabledTargetsStore['save'] = (record) => {
    counts.saves += 1;
    return store.save(record);
  };
  return { counts, saves: () => counts.saves, store: { load, save } };
}

describe('the shared record', () => {
  test('is read at most every 5 s', async () => {
    const { counts, store } = counted(memoryDisabledTargets());
    const { worker, clock } = workers(1, store);

    for (let i = 0; i < 100; i += 1) {
      await worker.availability(KEY);
      clock.nowMs += 100;
    }

    expect(counts.loads).toBe(2);
  });

  test('is not read for each job that would call a disabled target', async () => {
    const { counts, store } = counted(memoryDisabledTargets());
    const { worker } = workers(1, store);
    await disable(worker);
    await worker.availability(KEY);
    const before = counts.loads;

    for (let job = 0; job < 10; job += 1) await worker.availability(KEY);

    expect(counts.loads).toBe(before);
  });

  test('is read again after 5 s, also if it could not be read', async () => {
    let loads = 0;
    const load = () => {
      loads += 1;
      return Promise.reject(new TypeError('no table'));
    };
    const { worker, clock, logged } = workers(1, { ...memoryDisabledTargets(), load });

    await worker.availability(KEY);
    clock.nowMs += 4_999;
    await worker.availability(KEY);
    expect(loads).toBe(1);
    clock.nowMs += 1;
    await worker.availability(KEY);

    expect(loads).toBe(2);
    const line = { message: 'disabled targets not readable', fields: { name: 'TypeError' } };
    expect(logged).toEqual([line, line]);
  });

  test('is saved after two other workers came first', async () => {
    const memory = memoryDisabledTargets();
    let refusals = 2;
    const save: DisabledTargetsStore['save'] = async (record) =>
      refusals-- > 0 ? false : memory.save(record);
    const { worker, logged } = workers(1, { ...memory, save });

    await worker.failed(KEY, { jobId: 'a', reason: 'AccessDeniedException' });

    expect(await worker.all()).toMatchObject({ [KEY]: { failures: 1 } });
    expect(logged).toEqual([]);
  });

  test('is given up after three attempts, because others keep writing', async () => {
    let attempts = 0;
    const save = async () => {
      attempts += 1;
      return false;
    };
    const { worker, logged } = workers(1, { ...memoryDisabledTargets(), save });

    await worker.failed(KEY, { jobId: 'a', reason: 'AccessDeniedException' });

    expect(attempts).toBe(3);
    expect(logged).toEqual([{ message: 'disabled targets not saved', fields: { name: 'Error' } }]);
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

  test('that is not disabled yet: its failures are forgotten', async () => {
    const { worker } = workers(1);
    await worker.failed(KEY, { jobId: 'a', reason: 'AccessDeniedException' });

    expect(await worker.enable(KEY)).toBe(true);
    expect(await worker.all()).toEqual({});
  });

  test('and no other one, and the log says so', async () => {
    const { worker, logged } = workers(1);
    await disable(worker);
    await disable(worker, OTHER);

    await worker.enable(OTHER);

    expect(Object.keys(await worker.all())).toEqual([KEY]);
    expect(logged.at(-1)).toEqual({ message: 'target enabled', fields: { target: OTHER } });
  });

  test('without failures: nothing is written or logged', async () => {
    const { saves, store } = counted(memoryDisabledTargets());
    const { worker, logged } = workers(1, store);

    expect(await worker.enable('constructor')).toBe(false);
    expect(saves()).toBe(0);
    expect(logged).toEqual([]);
  });

  test('and gets an error if others keep writing', async () => {
    const memory = memoryDisabledTargets();
    const { worker } = workers(1, memory);
    await disable(worker);
    const { worker: late } = workers(1, { load: memory.load, save: async () => false });

    await expect(late.enable(KEY)).rejects.toThrow('not saved in 3 attempts');
  });

  test('and gets an error if the store is lost', async () => {
    const lost = () => Promise.reject(new Error('lost'));
    const { worker } = workers(1, { load: lost, save: lost });

    await expect(worker.enable(KEY)).rejects.toThrow('lost');
  });
});
