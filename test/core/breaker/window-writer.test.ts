import { describe, expect, jest, test } from '@jest/globals';
import type { Circuit } from '../../../lambda/core/breaker/circuit.ts';
import { seedOf } from '../../../lambda/core/breaker/window-writer.ts';
import { aFleet, countsOf, FAIL, KEY, loseNextConflict, OK } from '../../support/fleet.ts';

const COMMON = { version: 3, epoch: 7, sinceMs: 1_000, writer: 'w1' };
const CLOSED: Circuit = { ...COMMON, state: 'CLOSED', seededSuccesses: 5 };
const EVIDENCE = { rule: 'rate', calls: 20, failures: 7 } as const;
const OPEN: Circuit = { ...COMMON, state: 'OPEN', untilMs: 9_000, opens: 1, evidence: EVIDENCE };

describe('the successes that a window starts with', () => {
  test.each([
    ['count while the end of the recovery is inside the window', CLOSED, 7, 1_000, 5],
    ['do not count once the window has moved on', CLOSED, 7, 1_001, 0],
    ['do not count in another epoch', CLOSED, 8, 1_000, 0],
    ['are none for a circuit that is open', OPEN, 7, 1_000, 0],
    ['are none for a circuit that has not been read', undefined, 7, 1_000, 0],
  ])('%s', (_title, circuit, epoch, startMs, seed) => {
    expect(seedOf(circuit, epoch, startMs)).toBe(seed);
  });
});

describe('the counts of a worker', () => {
  test('of an earlier epoch are written by no outcome', async () => {
    const fleet = aFleet();
    const early = await fleet.permit();
    await fleet.calls(20, FAIL);
    const [opened] = fleet.ofType('opened');
    await fleet.override('target', KEY, 'observe', 60);
    const later = await fleet.permit();
    await fleet.worker(1).flush();
    await later.settle(OK);
    fleet.store.asked.length = 0;

    await early.settle(FAIL);
    expect(fleet.store.times('addToWindow')).toBe(0);

    await fleet.worker(1).flush();
    expect(await countsOf(fleet, opened?.epoch)).toEqual({ success: 1, failures: 0 });
  });

  test('are discarded when another worker has opened the circuit', async () => {
    const fleet = aFleet();
    await (await fleet.permit(1)).settle(OK);
    for (let i = 0; i < 20; i++) await fleet.call(FAIL, 2);
    await fleet.admit(1);
    fleet.store.asked.length = 0;

    await fleet.worker(1).flush();

    expect(fleet.store.times('addToWindow')).toBe(0);
  });

  test('are discarded when the store for which they were counted is lost', async () => {
    const fleet = aFleet();
    await fleet.call(OK);
    await (await fleet.permit()).settle(OK);
    fleet.store.fault = () => 'lost';
    await fleet.state(1);
    fleet.store.asked.length = 0;

    await fleet.worker(1).flush();

    expect(fleet.store.times('addToWindow')).toBe(0);
  });

  test('are unknown on the store that takes the place of a lost one', async () => {
    const fleet = aFleet();
    await (await fleet.permit()).settle(OK);
    fleet.store.fault = () => 'lost';

    expect(await fleet.worker(1).lastServedAtMs(KEY)).toBeUndefined();
  });

  test('name no announced calls if there are none', async () => {
    const fleet = aFleet();
    const permit = await fleet.permit();
    await fleet.worker(1).flush();
    const write = jest.spyOn(fleet.store, 'addToWindow');

    await permit.settle(OK);
    await fleet.worker(1).flush();

    const written = { success: 1, slow: 0, failures: {} };
    expect(write.mock.calls).toEqual([[KEY, 0, expect.anything(), written]]);
  });
});

describe('the trip rules', () => {
  test('are applied only after the counts are written', async () => {
    const fleet = aFleet();
    await fleet.calls(19, FAIL);
    const permit = await fleet.permit();
    fleet.store.asked.length = 0;
    fleet.store.fault = (operation) => (operation === 'addToWindow' ? 'lost' : undefined);

    await permit.settle(FAIL);
    expect(fleet.store.times('readWindow')).toBe(0);

    fleet.store.fault = () => undefined;
    await fleet.worker(1).flush();
    expect(fleet.store.times('readWindow')).toBe(1);
  });

  test('open the circuit although another worker saves first', async () => {
    const fleet = aFleet();
    await fleet.calls(19, FAIL);
    loseNextConflict(fleet);

    await fleet.call(FAIL);

    expect(await fleet.state()).toBe('OPEN');
  });
});
