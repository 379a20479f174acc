import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Permit } from '../../../lambda/core/breaker/permit.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FAIL, Fleet, KEY, OK } from '../../support/fleet.ts';

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
