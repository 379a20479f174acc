import { describe, expect, test } from '@jest/globals';
import { CountedPermit } from '../../../lambda/core/breaker/counted-permit.ts';
import { Tally } from '../../../lambda/core/breaker/tally.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { aPolicy, FAIL, OK } from '../../support/fleet.ts';

const SLOW_MS = 10_000;
const WINDOW_MS = 60_000;

describe('a permit outside a recovery', () => {
  test('counts no token after its outcome', () => {
    const { permit, tally } = admitted();
    permit.settle(OK);

    permit.token();

    expect(tally.inFlight).toBe(0);
    expect(tally.take()).toEqual({ success: 1, slow: 0, failures: {} });
  });

  test.each([
    [SLOW_MS - 1, 0],
    [SLOW_MS, 1],
  ])('with its first token %i ms after its admission counts %i slow calls', (ms, slow) => {
    const { permit, tally, clock } = admitted();
    clock.step(ms);

    permit.token();

    expect(tally.take().slow).toBe(slow);
  });

  test.each([
    [WINDOW_MS - 1, -1],
    [WINDOW_MS, 0],
  ])(
    'whose answer breaks %i ms after its first token changes the successes by %i',
    (ms, change) => {
      const { permit, tally, clock } = admitted();
      permit.token();
      tally.take();
      clock.step(ms);

      permit.settle(FAIL);

      expect(tally.take()).toMatchObject({ success: change, failures: { capacity: 1 } });
    },
  );
});

function admitted() {
  const clock = new FakeClock();
  const policy = aPolicy({
    slowFirstTokenSeconds: SLOW_MS / 1000,
    windowSeconds: WINDOW_MS / 1000,
  });
  const window = { context: { clock, policy: () => policy }, flush: () => Promise.resolve() };
  const tally = new Tally(7);
  return { clock, tally, permit: new CountedPermit('a', window, tally, undefined, clock.now()) };
}
