import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Circuit } from '../../../lambda/core/breaker/circuit.ts';
import { CircuitReplica } from '../../../lambda/core/breaker/circuit-replica.ts';
import { CircuitStoreError } from '../../../lambda/core/breaker/circuit-store.ts';
import type { CircuitEvent } from '../../../lambda/core/breaker/events.ts';
import type { CircuitAction } from '../../../lambda/core/breaker/transition.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { aWorkerContext } from '../../support/breaker-worker.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FAIL, Fleet, KEY } from '../../support/fleet.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { WatchedStore } from '../../support/watched-store.ts';

const NEVER = Number.POSITIVE_INFINITY;
const TRIP: CircuitAction = {
  type: 'trip',
  epoch: 0,
  evidence: { rule: 'rate', calls: 20, failures: 20 },
  retryAfterMs: 0,
};
const LOST = new CircuitStoreError('lost by the test', 'unknown');

let clock: VirtualClock;
let store: WatchedStore;
let events: CircuitEvent[];
beforeEach(() => {
  clock = new VirtualClock(Date.UTC(2026, 0, 15, 12));
  store = new WatchedStore(new MemoryCircuitStore(() => clock.now()));
  events = [];
});

function aReplica(workerId = 'w1'): CircuitReplica {
  const recoveryStages = [2, 5];
  return new CircuitReplica(
    KEY,
    aWorkerContext(workerId, clock, store, events, { recoveryStages }),
  );
}

const claimOf = (id: string): CircuitAction => ({
  type: 'claim',
  claims: [{ id, leaseMs: 60_000, mayProbe: true }],
});
const typesOf = () => events.map(({ type }) => type);

describe('a change of a circuit', () => {
  test('is tried three times on a store that answers reads only, and is then made alone', async () => {
    const clock = new FakeClock();
    const fleet = new Fleet({ clock, store: new MemoryCircuitStore(() => clock.now()) });
    fleet.store.fault = (operation, key) =>
      operation === 'save' && key === KEY ? 'lost' : undefined;
    let isOpen = false;
    const calls = fleet.calls(20, FAIL).then(() => {
      isOpen = true;
    });
    for (let i = 0; i < 60 && !isOpen; i++) await fleet.seconds(0.1);
    await calls;

    expect(fleet.store.times('save', KEY)).toBe(3);
    expect(fleet.ofType('degraded')).toHaveLength(1);
    expect(fleet.ofType('opened')).toEqual([]);
  });

  test('is given up after 100 attempts, if others save before each of them', async () => {
    let saves = 0;
    store.save = async () => {
      saves++;
      return false;
    };

    expect(await aReplica().change(TRIP, store, NEVER)).toBeUndefined();
    expect(saves).toBe(100);
  });

  test('is given up when its time is up, and the worker does not take it for saved', async () => {
    store.save = async () => false;
    const replica = aReplica();

    expect(await replica.change(TRIP, store, clock.now())).toBeUndefined();
    expect(store.times('load')).toBe(1);
    expect(replica.view?.circuit.state).toBe('CLOSED');
    expect(events).toEqual([]);
  });

  test('is reported once if its response is lost, even when its time is up', async () => {
    const replica = aReplica();
    loseResponseOfNextSave();

    expect(await replica.change(TRIP, store, clock.now())).toMatchObject({ state: 'OPEN' });
    expect(typesOf()).toEqual(['opened']);
  });

  test('is reported once if its response is lost and others have changed the circuit since', async () => {
    const [first, second] = [aReplica('w1'), aReplica('w2')];
    await first.change(TRIP, store, NEVER);
    clock.nowMs += 120_000;
    loseResponseOfNextSave(() => second.change(claimOf('w2/1'), store, NEVER));

    const circuit = await first.change(claimOf('w1/1'), store, NEVER);

    expect(circuit).toMatchObject({ leases: [{ id: 'w1/1' }, { id: 'w2/1' }] });
    expect(typesOf()).toEqual(['opened', 'half_opened']);
  });

  test('is reported once if its response is lost and it began no epoch', async () => {
    const replica = aReplica();
    await replica.change(TRIP, store, NEVER);
    clock.nowMs += 120_000;
    const recovery = await replica.change(claimOf('w1/1'), store, NEVER);
    await replica.change(claimOf('w1/2'), store, NEVER);
    await replica.change(successOf('w1/1', recovery), store, NEVER);
    loseResponseOfNextSave();

    await replica.change(successOf('w1/2', recovery), store, NEVER);

    expect(typesOf()).toEqual(['opened', 'half_opened', 'stage_advanced']);
  });
});

function successOf(leaseId: string, recovery: Circuit | undefined): CircuitAction {
  return { type: 'settle', epoch: recovery?.epoch ?? 0, leaseId, result: { kind: 'success' } };
}

/** Saves the next record, then lets others work, and then loses the response. */
function loseResponseOfNextSave(others: () => Promise<unknown> = async () => undefined): void {
  const save = store.save.bind(store);
  store.save = async (...args) => {
    store.save = save;
    await save(...args);
    await others();
    throw LOST;
  };
}
