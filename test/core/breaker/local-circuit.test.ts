import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Admission } from '../../../lambda/core/breaker/admission.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { aPolicy, FAIL, Fleet, KEY, OK } from '../../support/fleet.ts';

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
