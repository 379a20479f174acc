import { expect, test } from '@jest/globals';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { BucketStoreError } from '../../lambda/core/admission/bucket-store.ts';
import { MemoryBucketStore } from '../../lambda/stores/memory-bucket-store.ts';
import { gaugeQuotas } from '../../lambda/sweeper/gauge-quotas.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';

const MODEL = 'us.anthropic.claude-sonnet-4-6';
const KEY = 'us-east-1/geo/anthropic.claude-sonnet-4-6';
const NOW_MS = Date.parse('2026-11-28T12:00:00Z');
const TARGETS = ['us-east-1', 'us-west-2'].map((region) => ({ region, modelId: MODEL }));

function aSweeper(given: Parameters<typeof parseSettings>[0] = {}) {
  const { counts, metrics, log, logged } = recordingTelemetry();
  const buckets = new MemoryBucketStore(() => NOW_MS);
  const settings = parseSettings(
    { tiers: [{ name: 'primary', targets: TARGETS, maxTokens: 512 }], ...Object(given) },
    'test settings',
  );
  const tokensPerDay: Record<string, number> = { 'us-east-1': 1_000, 'us-west-2': 500 };
  const applied = { checkedAtMs: 0, limits: {}, tokensPerDay, withoutAccess: [] };
  const knownQuotas = { read: async () => applied };
  const gauge = () =>
    gaugeQuotas({ buckets, knownQuotas, clock: { now: () => NOW_MS }, log }, metrics, settings);
  return { gauge, buckets, counts, logged, tokensPerDay };
}

test('the sweeper reports the tokens of the day and how early the budget ends', async () => {
  const { gauge, buckets, counts } = aSweeper();
  await buckets.settle(KEY, { deltaMs: 0, used: { hour: '2026-11-28T11', tokens: 100 } });

  await gauge();

  expect(counts).toEqual({
    [`${METRIC.dayTokens} us-east-1`]: 100,
    [`${METRIC.dayTokens} us-west-2`]: 0,
    // 900 tokens last for 9 of 12 hours.
    [`${METRIC.dayBudgetEndsEarly} us-east-1`]: 3 * 3600,
    [`${METRIC.dayBudgetEndsEarly} us-west-2`]: 0,
    [METRIC.dayBudgetEndsEarly]: 3 * 3600,
  });
});

test('the sweeper reports no budget where no quota of a day is known, or nobody shares the counts', async () => {
  const unknown = aSweeper();
  for (const region of Object.keys(unknown.tokensPerDay)) delete unknown.tokensPerDay[region];
  const unshared = aSweeper({ breaker: { store: 'memory' } });

  await unknown.gauge();
  await unshared.gauge();

  expect([unknown.counts, unshared.counts]).toEqual([{}, {}]);
});

test('the sweeper goes on when the counts are not readable, but hides no error of the code', async () => {
  const lost = aSweeper();
  lost.buckets.read = () => Promise.reject(new BucketStoreError('dynamodb: TimeoutError'));
  await lost.gauge();
  expect([lost.counts, lost.logged]).toEqual([
    {},
    [
      {
        message: 'the tokens of the day are not readable',
        fields: { reason: 'dynamodb: TimeoutError' },
      },
    ],
  ]);

  const wrong = aSweeper();
  wrong.buckets.read = () => Promise.reject(new TypeError('a bug'));
  await expect(wrong.gauge()).rejects.toThrow('a bug');
});
