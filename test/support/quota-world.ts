import type { QuotaPolicy, SettingsInput, Tier } from '../../lambda/contract/policy.ts';
import type { AppliedQuotas } from '../../lambda/contract/quotas.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import type { BucketStore } from '../../lambda/core/admission/bucket-store.ts';
import { type QuotaCall, Quotas } from '../../lambda/core/admission/quotas.ts';
import { MemoryBucketStore } from '../../lambda/stores/memory-bucket-store.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { VirtualClock } from './virtual-clock.ts';

export const SONNET = { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-6' };

/** One worker with a chain of one target, whose quota is 6,000 tokens a minute. */
export function aQuotaWorld(
  given: {
    readonly quota?: NonNullable<Tier['targets'][number]['quota']>;
    readonly policy?: Partial<QuotaPolicy>;
    readonly applied?: AppliedQuotas;
    readonly store?: BucketStore;
    readonly settings?: Partial<SettingsInput>;
  } = {},
) {
  const { quota = { tokensPerMinute: 6_000 }, policy = {} } = given;
  const clock = new VirtualClock(1_000_000);
  const telemetry = recordingTelemetry();
  const target = { ...SONNET, quota };
  const settings = parseSettings(
    {
      tiers: [{ name: 'primary', targets: [target], maxTokens: 4096 }],
      quotas: { burstSeconds: 10, expectedOutputTokens: 100, ...policy },
      ...given.settings,
    },
    'test settings',
  );
  const shared = given.store ?? new MemoryBucketStore(() => clock.now());
  let losses = 0;
  const quotas = new Quotas({
    store: shared,
    newPrivateStore: () => new MemoryBucketStore(() => clock.now()),
    settings: () => settings,
    applied: () => given.applied,
    clock,
    log: telemetry.log,
    onStoreLost: () => {
      losses++;
    },
  });
  /** Asks for a call of 100 input tokens and at most 400 output tokens: it holds 600. */
  const ask = (call: Partial<QuotaCall> = {}) =>
    quotas.admit({
      target,
      chain: 'default',
      inputTokens: 100,
      maxTokens: 400,
      patienceMs: 0,
      isBatch: false,
      ...call,
    });
  const spentMs = async () => {
    const [bucket] = await shared.read([KEY]);
    return Math.round((bucket?.spentUntil.tokens ?? clock.now()) - clock.now());
  };
  return {
    quotas,
    ask,
    spentMs,
    clock,
    target,
    settings,
    shared,
    logged: telemetry.logged,
    losses: () => losses,
  };
}

export const KEY = 'us-east-1/geo/anthropic.claude-sonnet-4-6';
