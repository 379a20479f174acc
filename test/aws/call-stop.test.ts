import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CallStop } from '../../lambda/aws/call-stop.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a call is stopped', () => {
  test('at the limit for the answer', () => {
    const stop = new CallStop(1000);
    jest.advanceTimersByTime(999);
    expect(stop.why).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(stop.why).toBe('answer-time');
    expect(stop.signal.aborted).toBe(true);
  });

  test('at the latest of its other limits, which replaces the previous one', () => {
    const stop = new CallStop(1000);
    stop.limit('first-token', 100);
    jest.advanceTimersByTime(99);
    stop.limit('stall', 50);
    jest.advanceTimersByTime(49);
    expect(stop.why).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(stop.why).toBe('stall');
  });

  test('when its caller aborts it', () => {
    const caller = new AbortController();
    const stop = new CallStop(1000, caller.signal);
    caller.abort();
    expect(stop.why).toBe('aborted');
  });

  test('for one reason: the first', () => {
    const caller = new AbortController();
    const stop = new CallStop(1000, caller.signal);
    stop.limit('stall', 10);
    jest.advanceTimersByTime(2000);
    caller.abort();
    expect(stop.why).toBe('stall');
  });
});

describe('work', () => {
  const never = new Promise<never>(() => undefined);

  test('settles as itself while the call runs', async () => {
    const stop = new CallStop(1000);
    await expect(stop.orStop(Promise.resolve(7))).resolves.toBe(7);
    await expect(stop.orStop(Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  test('that ignores the abort ends with the call, and at once in a stopped call', async () => {
    const stop = new CallStop(1000);
    const running = stop.orStop(never);
    jest.advanceTimersByTime(1000);
    await expect(running).resolves.toBeUndefined();
    await expect(stop.orStop(never)).resolves.toBeUndefined();
  });

  test('that fails after the stop fails nothing', async () => {
    const stop = new CallStop(1000);
    const work = Promise.withResolvers<never>();
    const running = stop.orStop(work.promise);
    jest.advanceTimersByTime(1000);
    work.reject(new Error('aborted'));
    await expect(running).resolves.toBeUndefined();
  });
});

test('a released call has no timer, and its request is aborted for no reason', () => {
  const stop = new CallStop(1000, new AbortController().signal);
  stop.limit('stall', 100);
  expect(jest.getTimerCount()).toBe(2);

  stop.release();

  expect(jest.getTimerCount()).toBe(0);
  expect(stop.signal.aborted).toBe(true);
  expect(stop.why).toBeUndefined();
});
