import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Admission } from '../../../lambda/core/breaker/admission.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { aPolicy, FAIL, Fleet, KEY, loseNextConflict, OK } from '../../support/fleet.ts';

let fleet: Fleet;
beforeEach(() => {
  const clock = new FakeClock();
  fleet = new Fleet({ clock, store: new MemoryCircuitStore(() => clock.now()) });
});

const UNKNOWN = { admitted: false, key: KEY, reason: 'unknown', retryAfterMs: 5_000 };

describe('a recovery', () => {
  test('goes on alone if the store answers no claim', async () => {
    await fleet.calls(20, FAIL);
    await fleet.seconds(66);
    fleet.store.fault = (operation) => (operation === 'save' ? 'lost' : undefined);

    const { admission } = await answered(fleet.admit());

    expect(admission).toMatchObject({ admitted: true, permit: { stage: 0 } });
  });

  test('rejects a call for a moment if others save before each of its claims', async () => {
    await fleet.calls(20, FAIL);
    await fleet.seconds(66);
    loseAllConflicts();

    const { admission, seconds } = await answered(fleet.admit());

    expect(admission).toEqual(UNKNOWN);
    expect(Math.floor(seconds)).toBe(5);
  });

  test('after a force-open rejects a call for a moment if others save before it', async () => {
    await fleet.override('target', KEY, 'force-open', 60);
    await fleet.seconds(61);
    loseAllConflicts();

    const { admission, seconds } = await answered(fleet.admit());

    expect(admission).toEqual(UNKNOWN);
    expect(Math.floor(seconds)).toBe(5);
  });
});

describe('a restart', () => {
  test('happens although another worker saves first', async () => {
    await fleet.seconds(1);
    loseNextConflict(fleet);

    await fleet.worker(1).restart(KEY, fleet.clock.now());

    expect(await fleet.state()).toBe('HALF_OPEN 0');
  });
});

describe('after a force-open', () => {
  test('calls are decided without I/O once the recovery has begun', async () => {
    fleet.policy = aPolicy({ viewMaxAgeSeconds: 1 });
    await fleet.override('target', KEY, 'force-open', 60);
    await fleet.seconds(60);
    const first = fleet.admit();
    await fleet.seconds(0.5);
    expect(await first).toMatchObject({ admitted: true, permit: { stage: 0 } });
    fleet.store.asked.length = 0;

    expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'half-open' });
    expect(fleet.store.asked).toEqual([]);
  });

  test('calls are decided without I/O if the circuit has opened at its very end', async () => {
    fleet.policy = aPolicy({ viewMaxAgeSeconds: 1 });
    const permits = await Promise.all(Array.from({ length: 20 }, () => fleet.permit()));
    await fleet.override('target', KEY, 'force-open', 60);
    await fleet.seconds(60);
    await Promise.all(permits.map((permit) => permit.settle(FAIL)));
    await fleet.admit();
    fleet.store.asked.length = 0;

    expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'open' });
    expect(fleet.store.asked).toEqual([]);
  });
});

describe('a worker whose clock is 10 s off', () => {
  beforeEach(() => {
    const clock = new FakeClock();
    const store = new MemoryCircuitStore(() => clock.now());
    fleet = new Fleet({ clock, store, skewMs: (worker) => (worker === 2 ? 10_000 : 0) });
  });

  test('claims no permit of a circuit whose cooldown is over', async () => {
    await fleet.calls(20, FAIL);
    await fleet.seconds(66);

    expect(await fleet.admit(2)).toEqual({ ...UNKNOWN, reason: 'open' });
    expect(await fleet.state()).toBe('OPEN');
  });

  test('claims no free permit of a recovery', async () => {
    await fleet.calls(20, FAIL);
    await fleet.seconds(66);
    await fleet.call(OK);

    expect(await fleet.admit(2)).toEqual({ ...UNKNOWN, reason: 'half-open' });
    expect(await fleet.state()).toBe('HALF_OPEN 1');
  });

  test('begins no recovery after a force-open', async () => {
    await fleet.override('target', KEY, 'force-open', 60);
    await fleet.seconds(61);

    expect(await fleet.admit(2)).toEqual(UNKNOWN);
    expect(await fleet.state()).toBe('CLOSED');
  });
});

describe('the latest answer of a target', () => {
  test('is known from the calls that have not been written yet', async () => {
    await (await fleet.permit()).settle(OK);
    const servedAtMs = fleet.clock.now();
    await fleet.seconds(59.999);

    expect(await fleet.worker(1).lastServedAtMs(KEY)).toBe(servedAtMs);
  });

  test('is no longer known when it has left the window', async () => {
    await (await fleet.permit()).settle(OK);
    await fleet.seconds(60);

    expect(await fleet.worker(1).lastServedAtMs(KEY)).toBeUndefined();
  });

  test('is not known while only first tokens have arrived', async () => {
    await (await fleet.permit()).token();

    expect(await fleet.worker(1).lastServedAtMs(KEY)).toBeUndefined();
  });

  test('is not known while the circuit is open', async () => {
    await fleet.calls(13, OK);
    await fleet.calls(20, FAIL);

    expect(await fleet.state()).toBe('OPEN');
    expect(await fleet.worker(1).lastServedAtMs(KEY)).toBeUndefined();
  });

  test('is not known while the circuit is open and only observed', async () => {
    await fleet.calls(20, FAIL);
    await fleet.override('target', KEY, 'observe', 60);
    expect(await fleet.call(OK)).toBe(true);

    expect(await fleet.worker(1).lastServedAtMs(KEY)).toBeUndefined();
  });

  test('is not known if the window cannot be read', async () => {
    await fleet.call(OK);
    fleet.store.fault = (operation) => (operation === 'readWindow' ? 'lost' : undefined);

    expect(await fleet.worker(1).lastServedAtMs(KEY)).toBeUndefined();
  });
});

describe('a worker goes on alone after two windows in a row that it could not read', () => {
  test.each([
    ['the latest answer', () => fleet.worker(1).lastServedAtMs(KEY)],
    ['the recent calls', () => fleet.worker(1).recent([KEY])],
  ])('for %s', async (_title, read) => {
    fleet.policy = aPolicy({ viewMaxAgeSeconds: 1 });
    await fleet.admit();
    fleet.store.fault = (operation) => (operation === 'readWindow' ? 'lost' : undefined);

    await read();
    expect(fleet.ofType('degraded')).toEqual([]);
    await read();

    expect(fleet.ofType('degraded')).toHaveLength(1);
  });
});

/** Makes other workers save first. Between its attempts, a worker with a cached view waits. */
function loseAllConflicts(): void {
  fleet.policy = aPolicy({ viewMaxAgeSeconds: 1 });
  fleet.store.save = () => Promise.resolve(false);
}

/** Advances the clock until the call is answered. */
async function answered(asked: Promise<Admission>) {
  const startMs = fleet.clock.now();
  let admission: Admission | undefined;
  void asked.then((result) => {
    admission = result;
  });
  for (let i = 0; i < 200 && !admission; i++) await fleet.seconds(0.1);
  return { admission, seconds: (fleet.clock.now() - startMs) / 1000 };
}
