import { describe, expect, test } from '@jest/globals';
import {
  CircuitOpenError,
  createBreaker,
  type GuardedCall,
  type GuardOptions,
} from '../lambda/breaker.ts';
import type { CircuitEvent } from '../lambda/core/breaker/events.ts';
import { MemoryCircuitStore } from '../lambda/stores/memory-circuit-store.ts';

const KEY = 'eu-west-1/payments';

describe('a guarded call', () => {
  test('returns the result, with and without I/O, and with and without a signal', async () => {
    const { guard } = aGuard();

    expect(await guard.call(KEY, async () => 1)).toBe(1);
    expect(await guard.call(KEY, async () => 2)).toBe(2);
    expect(await guard.call(KEY, async ({ signal }) => signal.aborted)).toBe(false);
  });

  test('throws the error of the function, and opens the circuit after too many', async () => {
    const { guard, events } = aGuard();
    const broken = new Error('broken');

    for (let i = 0; i < 5; i++) {
      await expect(guard.call(KEY, () => Promise.reject(broken))).rejects.toBe(broken);
    }

    expect(events).toMatchObject([{ type: 'opened', evidence: { rule: 'dry', failure: 'fault' } }]);
    await expect(guard.call(KEY, async () => 1)).rejects.toMatchObject({
      name: 'CircuitOpenError',
      key: KEY,
      reason: 'open',
    });
  });

  test('counts a function that throws before it returns a promise', async () => {
    const { guard, events } = aGuard();
    const throws = () => {
      throw new Error('at once');
    };

    for (let i = 0; i < 5; i++) await expect(guard.call(KEY, throws)).rejects.toThrow('at once');

    expect(events).toMatchObject([{ type: 'opened' }]);
  });

  test('does not count the caller’s fault or abort as a failure of the target', async () => {
    const { guard, events } = aGuard();

    for (let i = 0; i < 20; i++) {
      const fault = Object.assign(
        new Error('no'),
        i % 2 ? { status: 400 } : { name: 'AbortError' },
      );
      await expect(guard.call(KEY, () => Promise.reject(fault))).rejects.toBe(fault);
    }

    expect(events).toEqual([]);
  });

  test('71. is aborted at the call timeout, which counts as a timeout of the target', async () => {
    const { guard, events } = aGuard({
      callTimeoutSeconds: 0.01,
      policy: { consecutiveFailures: 1 },
    });
    const hangs = ({ signal }: GuardedCall) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

    await expect(guard.call(KEY, hangs)).rejects.toMatchObject({ name: 'TimeoutError' });

    expect(events).toMatchObject([{ type: 'opened', evidence: { failure: 'timeout' } }]);
  });

  test('is classified by the function that its owner passed', async () => {
    const { guard, events } = aGuard({
      classify: () => ({ failure: 'capacity', retryAfterMs: 120_000 }),
    });

    for (let i = 0; i < 5; i++) await guard.call(KEY, () => Promise.reject(1)).catch(() => 0);

    expect(events).toMatchObject([{ type: 'opened', evidence: { failure: 'capacity' } }]);
    const rejection = await guard.call(KEY, async () => 1).catch((error: unknown) => error);
    expect(rejection).toBeInstanceOf(CircuitOpenError);
    expect(rejection).toMatchObject({ retryAfterMs: 120_000 });
  });

  test('counts as slow if it takes too long', async () => {
    let nowMs = Date.UTC(2026, 0, 15);
    const { guard, events } = aGuard({
      policy: { slowFirstTokenSeconds: 30, minimumCalls: 2 },
      now: () => nowMs,
    });
    const slow = guard.wrap(KEY, async (seconds: number) => {
      nowMs += seconds * 1000;
      return seconds;
    });

    for (const seconds of [31, 31]) expect(await slow(seconds)).toBe(seconds);
    await guard.flush();

    expect(events).toMatchObject([{ type: 'opened', evidence: { rule: 'slow' } }]);
  });
});

describe('a guard', () => {
  test('returns an admission as a value', async () => {
    const { guard } = aGuard();

    const admission = await guard.admit(KEY);

    expect(admission.admitted).toBe(true);
  });

  test('writes all counts before its handler ends, even if the handler fails', async () => {
    const store = new MemoryCircuitStore(() => 0);
    const { guard } = aGuard({ store });
    const handle = guard.handler(async (fails: boolean) => {
      await guard.call(KEY, async () => 1);
      if (fails) throw new Error('handler failed');
      return 'done';
    });

    expect(await handle(false)).toBe('done');
    await expect(handle(true)).rejects.toThrow('handler failed');

    const window = await store.readWindow(KEY, 0, { startMs: 0, bucketMs: 1_000 });
    expect(window.reduce((all, { success }) => all + success, 0)).toBe(2);
  });

  test('obeys an override', async () => {
    const { guard } = aGuard();
    const override = { reason: 'maintenance', actor: 'me', forSeconds: 60 };

    await guard.override(KEY, { mode: 'force-open', ...override });
    await expect(guard.call(KEY, async () => 1)).rejects.toMatchObject({ reason: 'forced-open' });
    await guard.override(KEY, { mode: 'force-closed', ...override });

    expect(await guard.call(KEY, async () => 1)).toBe(1);
  });

  test('holds a recovery permit for longer than a call may take', async () => {
    let nowMs = Date.UTC(2026, 0, 15);
    const policy = { consecutiveFailures: 1, viewMaxAgeSeconds: 0 };
    const { guard } = aGuard({ callTimeoutSeconds: 100, policy, now: () => nowMs });
    await guard.call(KEY, () => Promise.reject(new Error('broken'))).catch(() => undefined);
    nowMs += 66_000;
    await guard.admit(KEY);

    nowMs += 124_999;
    expect(await guard.admit(KEY)).toMatchObject({ admitted: false, retryAfterMs: 1 });
    nowMs += 1;
    expect(await guard.admit(KEY)).toMatchObject({ admitted: true });
  });

  test.each([0, -1, Number.NaN])('refuses a call timeout of %d s', (callTimeoutSeconds) => {
    expect(() => aGuard({ callTimeoutSeconds })).toThrow(
      `callTimeoutSeconds: got ${callTimeoutSeconds}, allowed is above 0`,
    );
  });

  test.each([
    ['failureRatePercent', 100],
    ['minimumCalls', 0],
    ['excessFailures', 0],
    ['consecutiveFailures', 2.5],
    ['slowFirstTokenSeconds', 0],
    ['slowRatePercent', 101],
    ['cooldownSeconds', 0],
    ['cooldownMultiplier', 0.5],
    ['cooldownMaxSeconds', 59],
    ['viewMaxAgeSeconds', 61],
    ['rampSeconds', -1],
    ['rampSeconds', 3601],
    ['recoveryStages', []],
    ['recoveryStages', [5, 5]],
    ['firstTokenSeconds', 0],
    ['stallSeconds', 0],
    ['windowSeconds', 29],
    ['dailyQuotaResetUtc', '24:00'],
  ])('refuses a policy whose %s is %j, naming both', (field, value) => {
    const policy = { [field]: value };

    expect(() => aGuard({ policy })).toThrow(RangeError);
    expect(() => aGuard({ policy })).toThrow(`${field}: got ${JSON.stringify(value)}, allowed is `);
  });
});

function aGuard(options: Partial<GuardOptions> = {}) {
  const events: CircuitEvent[] = [];
  const now = options.now ?? (() => Date.UTC(2026, 0, 15));
  const guard = createBreaker({
    store: new MemoryCircuitStore(now),
    on: (event) => events.push(event),
    now,
    ...options,
  });
  return { guard, events };
}
