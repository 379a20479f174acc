/**
 * The settings: what `holdfast.config.ts` exports, what travels in the SSM parameter, what every
 * function reads. Times are seconds and may be fractions; nothing hard-codes a longer one, so a
 * test runs a whole outage in seconds. `schemas.ts` validates, this file gives types and defaults.
 */
import type { TargetFailureKind } from './words.ts';

/** One (region, model or inference profile): the unit of a circuit. */
export interface Target {
  readonly region: string;
  /** A model id, or an inference profile id such as `us.anthropic.claude-sonnet-4-6`. */
  readonly modelId: string;
  /** The foundation model behind the id, where the id does not tell it. */
  readonly model?: string;
  /** `us`, `eu`, `jp`, `au`, `apac` or `global`, where the id does not tell it. */
  readonly geography?: string;
  /** Share of a tier's traffic relative to its other targets. @default 1 */
  readonly weight?: number;
}

/** A named step of the fallback chain. */
export interface Tier {
  readonly name: string;
  readonly targets: readonly Target[];
  /** Cap on the answer's length; always sent, as an unset one reserves the model's whole limit. */
  readonly maxTokens: number;
  /** Joins the system prompt when this tier serves. */
  readonly simplify?: string;
}

export interface BreakerPolicy {
  /** Rate rule: trips above this share of failures (strictly). */
  readonly failureRatePercent: number;
  readonly windowSeconds: number;
  readonly minimumCalls: number;
  /** Excess rule: trips at this CUSUM of failures beyond the rate, or 1 % of the window's calls. */
  readonly excessFailures: number;
  /** Dry rule: trips at this many failures and no success in the window. */
  readonly consecutiveFailures: number;
  /** Slow rule: a call at least this long is slow. Off when absent. */
  readonly slowCallSeconds?: number;
  readonly slowRatePercent: number;
  readonly cooldownSeconds: number;
  readonly cooldownMultiplier: number;
  readonly cooldownMaxSeconds: number;
  /** How old a cached view of a circuit may be: what an outage costs beyond its detection. */
  readonly viewMaxAgeSeconds: number;
  /** Permits of each half-open stage. */
  readonly recoveryStages: readonly number[];
  readonly callTimeoutSeconds: number;
  /** UTC time of day at which daily quotas start anew, `HH:MM`. */
  readonly dailyQuotaResetUtc: string;
  /** Kinds that do not count as failures of a target. */
  readonly ignoredKinds: readonly TargetFailureKind[];
  readonly store: 'dynamodb' | 'redis' | 'memory';
  /** An operation of the store that takes longer counts as lost, and decisions are local. */
  readonly storeTimeoutSeconds: number;
  readonly redisUrl?: string;
}

export interface JobPolicy {
  readonly deadlineSeconds: number;
  /** Claims a job may use before it is dead-lettered; an outage spends none. */
  readonly maxAttempts: number;
  readonly retentionDays: number;
  /** Batches that workers run at the same time: the event source's maximum concurrency. */
  readonly workerConcurrency: number;
  /** The least time a job waits when no target admits it and none says when it will. */
  readonly shortestDeferralSeconds: number;
  /** Whether each end of a job is told as an event on the stack's event bus. */
  readonly completionEvents: boolean;
}

export interface ProbePolicy {
  /** Whether circuits that no job calls are taken through their recovery by tiny calls. */
  readonly enabled: boolean;
}

export interface Settings {
  readonly tiers: readonly Tier[];
  readonly breaker: BreakerPolicy;
  readonly jobs: JobPolicy;
  readonly probe: ProbePolicy;
  /** API key id → tenant; a key that is not named is a tenant of its own. */
  readonly tenants: Readonly<Record<string, string>>;
}

/** What a settings file holds: all but the tiers has a default. */
export interface SettingsInput {
  readonly tiers: readonly Tier[];
  readonly breaker?: Partial<BreakerPolicy>;
  readonly jobs?: Partial<JobPolicy>;
  readonly probe?: Partial<ProbePolicy>;
  readonly tenants?: Readonly<Record<string, string>>;
}

export const BREAKER_DEFAULTS: BreakerPolicy = {
  failureRatePercent: 30,
  windowSeconds: 60,
  minimumCalls: 20,
  excessFailures: 10,
  consecutiveFailures: 5,
  slowRatePercent: 50,
  cooldownSeconds: 60,
  cooldownMultiplier: 1,
  cooldownMaxSeconds: 900,
  viewMaxAgeSeconds: 1,
  recoveryStages: [1, 5, 10],
  callTimeoutSeconds: 60,
  dailyQuotaResetUtc: '00:00',
  ignoredKinds: [],
  store: 'dynamodb',
  storeTimeoutSeconds: 1,
};

export const JOB_DEFAULTS: JobPolicy = {
  deadlineSeconds: 86_400,
  maxAttempts: 5,
  retentionDays: 7,
  workerConcurrency: 10,
  shortestDeferralSeconds: 5,
  completionEvents: true,
};

export const PROBE_DEFAULTS: ProbePolicy = { enabled: false };

/**
 * Jobs of a batch, the most without a batching window. They run side by side, so a sandbox that waits
 * for one model waits for ten at the price of one.
 */
export const BATCH_SIZE = 10;

/** Every target of the chain, tier by tier. */
export function targetsOf({ tiers }: Pick<Settings, 'tiers'>): readonly Target[] {
  return tiers.flatMap(({ targets }) => targets);
}

/** The circuit's key, as people read it: `us-east-1/us.anthropic.claude-sonnet-4-6`. */
export function targetKey(target: Target): string {
  return `${target.region}/${target.modelId}`;
}

/** Two calls and the time to store what they gave; 900 s is Lambda's own limit. */
export function workerTimeoutSeconds(policy: BreakerPolicy): number {
  return Math.min(900, Math.ceil(2 * policy.callTimeoutSeconds) + 30);
}

/** A lease outlives the call it covers, so a running call always holds one. */
export function leaseSeconds(policy: BreakerPolicy): number {
  return 1.25 * policy.callTimeoutSeconds;
}

/** How long the bucket keeps a prompt or a result: a job may end late, and is read after that. */
export function keptDays({ retentionDays, deadlineSeconds }: JobPolicy): number {
  return retentionDays + Math.ceil(deadlineSeconds / 86_400);
}

/** Why the settings in force are not those of the parameter. */
export interface SettingsFault {
  /** `invalid`: an edit was refused. `unreadable`: SSM did not give the parameter. */
  readonly status: 'invalid' | 'unreadable';
  /** Milliseconds since the epoch: of the edit, or of the first reading that failed. */
  readonly sinceMs: number;
  /** Lines with field, value and what is allowed. */
  readonly faults: readonly string[];
}
