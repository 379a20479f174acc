import { describe, expect, test } from '@jest/globals';
import { ServerClock } from '../../lambda/stores/server-clock.ts';

/** A machine whose clock differs from the server's, and a server that answers after `latencyMs`. */
function world(offsetMs: number, latencyMs = 10) {
  let serverMs = Date.UTC(2026, 0, 15, 12) + 123;
  const now = () => serverMs - offsetMs;
  const clock = new ServerClock(now);
  return {
    clock,
    errorMs: () => Math.abs(clock.now() - serverMs),
    pass: (ms: number) => {
      serverMs += ms;
    },
    ask() {
      const askedAtMs = now();
      serverMs += latencyMs / 2;
      const earliestMs = Math.floor(serverMs / 1000) * 1000;
      serverMs += latencyMs / 2;
      clock.note(askedAtMs, { earliestMs, latestMs: earliestMs + 999 });
    },
  };
}

describe('the clock of a server whose responses show whole seconds', () => {
  test('is this machine’s clock until a response says otherwise', () => {
    const { clock, errorMs } = world(0);

    expect(errorMs()).toBe(0);
    clock.note(0, { earliestMs: Number.NEGATIVE_INFINITY, latestMs: Number.POSITIVE_INFINITY });
    expect(errorMs()).toBe(0);
  });

  test.each([-2_000, 2_000, -400, 30_000])(
    'is known within 50 ms after a minute of calls, with a clock off by %d ms',
    (offsetMs) => {
      const { ask, pass, errorMs } = world(offsetMs);

      for (let i = 0; i < 200; i++) {
        ask();
        pass(317);
      }

      expect(errorMs()).toBeLessThan(Math.min(50, Math.abs(offsetMs)));
    },
  );

  test.each([
    [5_000, 4_980],
    [-5_000, -4_980],
  ])('is trusted 20 ms less after 100 s, with an offset of %d ms', (offsetMs, laterMs) => {
    let nowMs = 1_000_000;
    const clock = new ServerClock(() => nowMs);
    clock.note(nowMs, { earliestMs: nowMs + offsetMs, latestMs: nowMs + offsetMs });
    expect(clock.now() - nowMs).toBe(offsetMs);

    nowMs += 100_000;
    clock.note(nowMs, { earliestMs: Number.NEGATIVE_INFINITY, latestMs: Number.POSITIVE_INFINITY });

    expect(clock.now() - nowMs).toBe(laterMs);
  });

  test.each([
    ['within the known range', 4_001, 5_000, 5_000],
    ['beyond it, because a clock was set forward', 7_000, 7_999, 7_000],
    ['before it, because a clock was set back', -8_999, -8_000, -8_000],
  ])('follows a response %s', (_title, least, most, offsetMs) => {
    const nowMs = 1_000_000;
    const clock = new ServerClock(() => nowMs);
    clock.note(nowMs, { earliestMs: nowMs + 5_000, latestMs: nowMs + 5_000 });

    clock.note(nowMs, { earliestMs: nowMs + least, latestMs: nowMs + most });

    expect(clock.now() - nowMs).toBe(offsetMs);
  });

  test('is learnt again after a clock was set', () => {
    const before = world(2_000);
    before.ask();
    before.pass(-60_000);
    before.ask();

    expect(before.errorMs()).toBeLessThan(1_100);
  });
});
