import { expect, test } from '@jest/globals';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { BucketStoreError } from '../../lambda/core/admission/bucket-store.ts';
import { gaugeQuotas } from '../../lambda/sweeper/gauge-quotas.ts';
import { aQuotaWorld, SONNET } from '../support/quota-world.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';

/** The bucket has a burst of 10 s, which is 1,000 tokens or 2 requests; a call holds 600 tokens. */
function aSweeper(quota = { tokensPerMinute: 6_000, requestsPerMinute: 12 }) {
  const world = aQuotaWorld({ quota });
  const knownQuotas = { read: async () => undefined };
  const gauge = async (buckets: Parameters<typeof gaugeQuotas>[0]['buckets'] = world.shared) => {
    const { counts, metrics, log } = recordingTelemetry();
    await gaugeQuotas({ buckets, knownQuotas, clock: world.clock, log }, metrics, world.settings);
    return counts;
  };
  return { ...world, gauge };
}

test('the sweeper reports how full the bucket of a target is, by its scarcest resource', async () => {
  const { ask, gauge, clock } = aSweeper();
  await ask();
  expect(await gauge()).toEqual({ [`${METRIC.quotaHeld} us-east-1/${SONNET.modelId}`]: 60 });

  clock.nowMs += 3_000;
  expect(await gauge()).toEqual({ [`${METRIC.quotaHeld} us-east-1/${SONNET.modelId}`]: 30 });
});

test('the sweeper reports no bucket without a limit, or while the store does not answer', async () => {
  const unlimited = aQuotaWorld({
    settings: { tiers: [{ name: 'only', targets: [SONNET], maxTokens: 9 }] },
  });
  const { counts, metrics, log } = recordingTelemetry();
  const ports = {
    buckets: unlimited.shared,
    knownQuotas: { read: async () => undefined },
    clock: unlimited.clock,
    log,
  };
  await gaugeQuotas(ports, metrics, unlimited.settings);
  const lost = aSweeper();
  const read = () => Promise.reject(new BucketStoreError('down'));

  expect([counts, await lost.gauge({ read })]).toEqual([{}, {}]);
});
