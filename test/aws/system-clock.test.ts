import { expect, test } from '@jest/globals';
import { systemClock } from '../../lambda/aws/system-clock.ts';
import '../support/errors-of-one-realm.ts';

test('the time is that of the machine', () => {
  const before = Date.now();
  const now = systemClock.now();

  expect([before <= now, now <= Date.now()]).toEqual([true, true]);
});

test('a sleep ends after its time', async () => {
  expect(await systemClock.sleep(1)).toBeUndefined();
});

test('a sleep that is aborted ends early, without an error', async () => {
  const stop = new AbortController();
  const sleep = systemClock.sleep(60_000, stop.signal);
  stop.abort();

  expect(await sleep).toBeUndefined();
});

test('a sleep with what is no signal is an error', async () => {
  await expect(systemClock.sleep(1, 'soon' as never)).rejects.toMatchObject({
    code: 'ERR_INVALID_ARG_TYPE',
  });
});
