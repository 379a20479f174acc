import { describe, expect, test } from '@jest/globals';
import type { AppliedQuotas } from '../../../lambda/contract/quotas.ts';
import { KnownQuotas } from '../../../lambda/core/admission/applied-quotas.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';

const MINUTE_MS = 60_000;

function aSandbox() {
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs };
  const telemetry = recordingTelemetry();
  const reads: PromiseWithResolvers<AppliedQuotas | undefined>[] = [];
  const load = () => {
    const read = Promise.withResolvers<AppliedQuotas | undefined>();
    reads.push(read);
    return read.promise;
  };
  const known = new KnownQuotas({ store: { load }, clock, log: telemetry.log });
  /** Answers the last read, and waits until the sandbox knows. */
  const answer = async (quotas: AppliedQuotas | Error) => {
    const read = reads.at(-1);
    if (quotas instanceof Error) read?.reject(quotas);
    else read?.resolve(quotas);
    await read?.promise.catch(() => undefined);
    await Promise.resolve();
  };
  return { known, clock, reads, answer, logged: telemetry.logged };
}

const quotas = (tokens: number): AppliedQuotas => ({
  checkedAtMs: 1,
  limits: { 'us-east-1/geo/model': { tokensPerMinute: tokens } },
  tokensPerDay: {},
  withoutAccess: [],
});

describe('the applied quotas of a sandbox', () => {
  test('are read in the background, and calls meanwhile use those of the last read', async () => {
    const { known, clock, answer, reads } = aSandbox();

    expect(known.current()).toBeUndefined();
    await answer(quotas(1));
    expect(known.current()).toEqual(quotas(1));

    clock.nowMs += 5 * MINUTE_MS;
    expect(known.current()).toEqual(quotas(1));
    await answer(quotas(2));
    expect(known.current()).toEqual(quotas(2));
    expect(reads).toHaveLength(2);
  });

  test('are read once in five minutes, however many calls there are', async () => {
    const { known, clock, reads } = aSandbox();

    for (let call = 0; call < 10; call += 1) {
      known.current();
      clock.nowMs += MINUTE_MS / 2 - 1;
    }

    expect(reads).toHaveLength(1);
  });

  test('stay as they were if a read fails, and the failure is logged without its message', async () => {
    const { known, clock, answer, logged } = aSandbox();
    known.current();
    await answer(quotas(1));
    clock.nowMs += 5 * MINUTE_MS;
    known.current();
    await answer(new TypeError('secret'));

    expect(known.current()).toEqual(quotas(1));
    expect(logged).toEqual([
      { message: 'applied quotas not readable', fields: { name: 'TypeError' } },
    ]);
  });
});
