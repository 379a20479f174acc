import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { quotaKey } from '../../../lambda/contract/quotas.ts';
import { timeForACallMs } from '../../../lambda/contract/time-budget.ts';
import { QuotaHold } from '../../../lambda/core/admission/quota-hold.ts';
import type { QuotaAdmission, QuotaCall } from '../../../lambda/core/admission/quotas.ts';
import { CallQuota } from '../../../lambda/core/router/call-quota.ts';
import type { ModelResult } from '../../../lambda/core/router/model-client.ts';
import type { RunRequest } from '../../../lambda/core/router/run-request.ts';
import { MemoryBucketStore } from '../../../lambda/stores/memory-bucket-store.ts';
import { aModelAnswer } from '../../support/model-answer.ts';
import { aModelRequest } from '../../support/model-request.ts';
import { aChain, aRun, EAST_SONNET, targetOf } from '../../support/router-builders.ts';
import { SILENT } from '../../support/silent-telemetry.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const NOW = 1_000_000;
const settings = aChain();
const CALL_MS = timeForACallMs(settings.jobs);
const target = targetOf(EAST_SONNET);
const candidate = {
  key: EAST_SONNET,
  target,
  chain: 'default',
  tier: { name: 'first', targets: [target], maxTokens: 100 },
  preferred: true,
  chainFamily: 'claude',
};
const holding = { key: quotaKey(target), tokens: 600, burndown: 5, msPerToken: 10 };
const booking = { ...holding, atMs: NOW };

let clock: VirtualClock;
let hold: QuotaHold;
let admission: QuotaAdmission | undefined;
let redeemed: QuotaAdmission | undefined;
let asked: QuotaCall[];
let learnt: unknown[][];
let settlements: Promise<void>[];
beforeEach(() => {
  clock = new VirtualClock(NOW);
  hold = new QuotaHold(new MemoryBucketStore(() => NOW), holding, SILENT, { now: () => NOW });
  admission = { admitted: true, waitMs: 0, hold };
  redeemed = { admitted: true, waitMs: 0, hold };
  asked = [];
  learnt = [];
  settlements = [];
});

function aQuota(request: Partial<RunRequest> = {}): CallQuota {
  const quotas = {
    admit: async (call: QuotaCall) => {
      asked.push(call);
      return admission;
    },
    redeem: async () => redeemed,
    noteAnswer: (...given: unknown[]) => void learnt.push(given),
    later: (settlement: Promise<void>) => void settlements.push(settlement),
    flush: async () => undefined,
  };
  const run = aRun({ functionEndsAtMs: NOW + CALL_MS + 800_000, ...request });
  return new CallQuota({ quotas, clock }, settings, run);
}

const admit = (request?: Partial<RunRequest>) =>
  aQuota(request).admit(candidate, aModelRequest({ target }), 50, 2_000);

describe('a call', () => {
  test('is made at once with its hold', async () => {
    expect(await admit()).toEqual({ hold });
    expect(asked).toMatchObject([{ inputTokens: 50, patienceMs: 2_000, isBatch: false }]);
    expect(clock.nowMs).toBe(NOW);
    expect(await admit({ functionEndsAtMs: NOW })).toEqual({ hold });
  });

  test('of a batch job says so', async () => {
    await admit({ priority: 'batch' });

    expect(asked).toMatchObject([{ isBatch: true }]);
  });

  test('is made with the hold that the job has booked for its target', async () => {
    expect(await admit({ booking })).toEqual({ hold });
    expect(asked).toEqual([]);
    expect(await admit({ booking: { ...booking, key: 'another' } })).toEqual({ hold });
    expect(asked).toHaveLength(1);
  });

  test('is booked again if the bucket has been paused since', async () => {
    redeemed = { admitted: true, waitMs: 2_500, hold };

    expect(await admit({ booking })).toEqual({
      notMade: 'booked',
      booking: { ...holding, atMs: NOW + 2_500 },
    });
  });

  test('that cannot wait is made at once', async () => {
    admission = { admitted: true, waitMs: 2_500, hold };

    expect(await admit({ whenOpen: 'fail' })).toEqual({ hold });
    expect(clock.nowMs).toBe(NOW);
  });

  test('is made without a hold if the quota of its target is not known', async () => {
    admission = undefined;

    expect(await admit()).toEqual({});
  });

  test('is not made while the quota is used up', async () => {
    admission = { admitted: false, waitMs: 9 };

    expect(await admit()).toEqual({ notMade: 'quota-full', waitMs: 9 });
  });

  test.each([
    ['waits up to a second for its turn', 1_000, CALL_MS + 1_000, true],
    ['is booked for a later turn', 1_001, CALL_MS + 800_000, false],
    ['is booked if the function ends before', 1_000, CALL_MS + 999, false],
  ])('%s', async (_title, waitMs, leftMs, isMade) => {
    admission = { admitted: true, waitMs, hold };
    const atMs = NOW + waitMs;

    const made = await admit({ functionEndsAtMs: NOW + leftMs });

    expect(made).toEqual(isMade ? { hold } : { notMade: 'booked', booking: { ...holding, atMs } });
    expect(clock.nowMs).toBe(isMade ? atMs : NOW);
  });
});

describe('a call that has ended', () => {
  const usage = { inputTokens: 10, outputTokens: 20 };
  const failed = (kind: 'quota-minute' | 'capacity'): ModelResult => ({
    outcome: 'failure',
    failure: { kind, name: 'x' },
    usage,
    elapsedMs: 1,
  });

  async function settled(result: ModelResult) {
    const settle = jest.spyOn(hold, 'settle').mockResolvedValue();
    const throttled = jest.spyOn(hold, 'throttled').mockResolvedValue();
    aQuota().settle(candidate, hold, result);
    aQuota().settle(candidate, undefined, result);
    expect(settlements).toHaveLength(1);
    await Promise.all(settlements);
    return { settled: settle.mock.calls, throttled: throttled.mock.calls };
  }

  test('settles its hold with its usage, and an answer tells its length', async () => {
    const answer = aModelAnswer('Hi', { usage });

    expect(await settled({ outcome: 'answer', answer, elapsedMs: 1 })).toEqual({
      settled: [[usage]],
      throttled: [],
    });
    expect(learnt).toEqual([
      ['default', 20],
      ['default', 20],
    ]);
  });

  test('lowers the rate and pauses the quota if Bedrock throttled it, and only then', async () => {
    const { breaker, quotas } = settings;
    const times = {
      windowMs: breaker.windowSeconds * 1000,
      burstMs: quotas.burstSeconds * 1000,
    };

    expect(await settled(failed('quota-minute'))).toEqual({
      settled: [[usage]],
      throttled: [[times]],
    });
    expect(learnt).toEqual([]);
  });

  test.each<[string, ModelResult]>([
    ['failed', failed('capacity')],
    ['was aborted', { outcome: 'aborted', usage, elapsedMs: 1 }],
  ])('only settles its hold if it %s', async (_title, result) => {
    expect(await settled(result)).toEqual({ settled: [[usage]], throttled: [] });
  });
});
