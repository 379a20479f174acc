import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CircuitReplica } from '../../../lambda/core/breaker/circuit-replica.ts';
import type { Permit } from '../../../lambda/core/breaker/permit.ts';
import { StagePermit, type StagePermitParts } from '../../../lambda/core/breaker/stage-permit.ts';
import { timingOf } from '../../../lambda/core/breaker/timing.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { aWorkerContext } from '../../support/breaker-worker.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FAIL, Fleet, KEY, OK } from '../../support/fleet.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { WatchedStore } from '../../support/watched-store.ts';

const SLOW_SECONDS = 10;

let fleet: Fleet;
/** The permit of the only call in the first stage of a recovery. */
let permit: Permit;
beforeEach(async () => {
  const clock = new FakeClock();
  const store = new MemoryCircuitStore(() => clock.now());
  fleet = new Fleet({ clock, store, policy: { slowFirstTokenSeconds: SLOW_SECONDS } });
  await fleet.calls(20, FAIL);
  await fleet.seconds(66);
  permit = await fleet.permit();
});

const saves = () => fleet.store.times('save', KEY);

describe('a recovery permit', () => {
  test('is settled once', async () => {
    await permit.settle(OK);
    const before = saves();

    await permit.settle(FAIL);
    await permit.token(1);

    expect(saves()).toBe(before);
    expect(await fleet.state()).toBe('HALF_OPEN 1');
  });

  test('is free again after a call that says nothing about the target', async () => {
    await permit.settle({ kind: 'ignored' });

    expect(await fleet.state()).toBe('HALF_OPEN 0');
    expect(await fleet.admit(2)).toMatchObject({ permit: { stage: 0 } });
  });

  test('is free again even if such a call took long', async () => {
    await fleet.seconds(SLOW_SECONDS + 1);

    await permit.settle({ kind: 'ignored' });

    expect(await fleet.state()).toBe('HALF_OPEN 0');
  });

  test('fails if the whole answer came slower than a first token may', async () => {
    await fleet.seconds(SLOW_SECONDS + 1);

    await permit.settle(OK);

    expect(await fleet.state()).toBe('OPEN');
  });

  test('fails at a first token that came slowly, by the time since its admission', async () => {
    await fleet.seconds(SLOW_SECONDS + 1);

    await permit.token();

    expect(await fleet.state()).toBe('OPEN');
  });

  test('succeeds with a long answer whose first token came quickly', async () => {
    await permit.token(1_000);
    await fleet.seconds(SLOW_SECONDS + 1);

    await permit.settle(OK);

    expect(await fleet.state()).toBe('HALF_OPEN 1');
  });

  test('is settled once, although its first token and its end both settle it', async () => {
    await permit.token(1_000);
    await permit.token(60_000);
    await permit.settle(OK);
    const before = saves();
    await fleet.seconds(60);

    expect(saves()).toBe(before);
    expect(await fleet.state()).toBe('HALF_OPEN 1');
  });

  test('succeeds with a quick answer to a caller that did other work first', async () => {
    await fleet.seconds(SLOW_SECONDS + 1);

    await permit.settle({ kind: 'success', elapsedMs: 1_000 });

    expect(await fleet.state()).toBe('HALF_OPEN 1');
  });

  test('keeps its first outcome, although a failure follows', async () => {
    await permit.token(1_000);
    await permit.settle({ kind: 'ignored' });

    await permit.settle(FAIL);

    expect(await fleet.state()).toBe('HALF_OPEN 0');
  });

  test('does not succeed later if its answer has broken', async () => {
    await permit.token(1_000);
    const before = fleet.store.times('load', KEY);

    await permit.settle(FAIL);
    await fleet.seconds(60);

    expect(fleet.store.times('load', KEY) - before).toBe(1);
    expect(await fleet.state()).toBe('OPEN');
  });
});

describe('the write of a recovery permit', () => {
  const held = { id: 'w/1', recovery: { epoch: 2, stage: 0 } };
  let clock: VirtualClock;
  let parts: StagePermitParts;
  let store: WatchedStore;
  let change: jest.SpiedFunction<CircuitReplica['change']>;
  beforeEach(() => {
    clock = new VirtualClock(1_000_000);
    store = new WatchedStore(new MemoryCircuitStore(() => clock.now()));
    const context = aWorkerContext('w', clock, store);
    const replica = new CircuitReplica(KEY, context);
    change = jest.spyOn(replica, 'change').mockResolvedValue(undefined);
    parts = { key: KEY, context, replica, settling: new Set() };
  });
  const aPermit = () => new StagePermit(parts, { ...held, store, untilMs: 1_090_000 });

  test('is given up when the lease ends', async () => {
    await aPermit().settle(OK);

    expect(change.mock.calls).toEqual([
      [{ type: 'settle', epoch: 2, leaseId: 'w/1', result: OK }, store, 1_090_000],
    ]);
  });

  test('is given up after the length of a lease if its answer broke', async () => {
    const permit = aPermit();
    await permit.token(1_000);

    await permit.settle(FAIL);

    const { leaseMs } = timingOf(parts.context.policy());
    expect(change).toHaveBeenLastCalledWith(
      expect.objectContaining({ type: 'break' }),
      store,
      clock.now() + leaseMs,
    );
  });

  test('is waited for only until it is done', async () => {
    const settled = aPermit().settle(OK);
    expect(parts.settling.size).toBe(1);

    await settled;

    expect(parts.settling.size).toBe(0);
  });
});
