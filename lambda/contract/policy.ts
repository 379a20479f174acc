/**
 * The settings: `holdfast.config.ts` exports them, an SSM parameter carries them, and every
 * function reads them. This file has their types and defaults; `schemas/settings.ts` validates
 * them. Times are in seconds and may be fractions, so that a test can run an outage in seconds.
 */
import type { Capabilities } from './capabilities.ts';
import type { TargetFailureKind } from './words.ts';

/** One model or inference profile in one region. A circuit covers one target. */
export interface Target {
  readonly region: string;
  /** A model id, or an inference profile id such as `us.anthropic.claude-sonnet-4-6`. */
  readonly modelId: string;
  /** The foundation model behind the id. @default read from the id */
  readonly model?: string;
  /** `us`, `eu`, `jp`, `au`, `apac` or `global`. @default read from the id */
  readonly geography?: string;
  /** The target's share of its tier's traffic, relative to the other targets. @default 1 */
  readonly weight?: number;
  /** The limit for this target's first token. @default `breaker.firstTokenSeconds` */
  readonly firstTokenSeconds?: number;
  /** The capabilities in which the target differs from its model. @default none */
  readonly capabilities?: Partial<Capabilities>;
  /**
   * The limits of the quota that its calls are charged to. Targets with the same model, source Region and
   * scope share one. @default as Service Quotas reports it
   */
  readonly quota?: QuotaLimits;
}

/** The limits of a quota of Bedrock. At least one of them is there. */
export interface QuotaLimits {
  readonly tokensPerMinute?: number;
  readonly requestsPerMinute?: number;
}

/** A named step of a fallback chain. */
export interface Tier {
  readonly name: string;
  readonly targets: readonly Target[];
  /**
   * The cap on the length of an answer, in tokens. Every call sends a cap: without one, Bedrock
   * reserves the model's maximum from the token quota.
   */
  readonly maxTokens: number;
  /** An instruction that joins the system prompt when this tier serves. @default none */
  readonly simplify?: string;
  /**
   * How long a job waits for this tier's quota before it goes to the next tier. In the last tier, a job
   * waits as long as it takes. @default 15
   */
  readonly patienceSeconds?: number;
}

/** The tiers that may serve a job, best first. A job names its chain. */
export interface Chain {
  readonly tiers: readonly Tier[];
}

/**
 * The guardrails that jobs may name, by name and Region, because a guardrail exists in one Region. A
 * job that names one runs only in the Regions that it has here.
 */
export type Guardrails = Readonly<Record<string, Readonly<Record<string, Guardrail>>>>;

/** A guardrail of Amazon Bedrock in one Region. */
export interface Guardrail {
  /** Its id or its ARN. */
  readonly id: string;
  /** A version number, or `DRAFT`. */
  readonly version: string;
}

/** The rules of the circuits. `breaker-rules.ts` has the allowed ranges. */
export interface BreakerPolicy {
  /** Rate rule: the circuit opens above this share of failed calls, in percent. @default 30 */
  readonly failureRatePercent: number;
  /** The time over which calls are counted. @default 60 */
  readonly windowSeconds: number;
  /** The rate rule and the slow rule need this many calls in the window. @default 20 */
  readonly minimumCalls: number;
  /**
   * Excess rule: the circuit opens at this many failures beyond those that the rate allows, or at 1 %
   * of the window's calls if that is more. @default 10
   */
  readonly excessFailures: number;
  /** Dry rule: the circuit opens at this many failures and no success in the window. @default 5 */
  readonly consecutiveFailures: number;
  /** Slow rule: a call whose first token takes at least this long is slow. @default the rule is off */
  readonly slowFirstTokenSeconds?: number;
  /** Slow rule: the circuit opens at this share of slow calls, in percent. @default 50 */
  readonly slowRatePercent: number;
  /** The time that an open circuit waits before its first probe, ±10 %. @default 60 */
  readonly cooldownSeconds: number;
  /** Each opening in a row multiplies the cooldown by this factor. @default 1 */
  readonly cooldownMultiplier: number;
  /** The longest cooldown, whatever the multiplier or a Retry-After says. @default 900 */
  readonly cooldownMaxSeconds: number;
  /**
   * The maximum age of a cached view of a circuit. After an outage is detected, other workers may
   * continue to call the target for this long. @default 1
   */
  readonly viewMaxAgeSeconds: number;
  /** The permits of each recovery stage. @default 1, 5, 10 */
  readonly recoveryStages: readonly number[];
  /**
   * The time in which a target that lacked capacity gets all of its traffic back, once its circuit is
   * closed: it begins with an eighth. 0: all at once. @default 15
   */
  readonly rampSeconds: number;
  /**
   * The limit for the first content token of an answer, for a short prompt. Each 100,000 tokens of
   * the prompt add as much again. A call that takes longer is a timeout. @default 30
   */
  readonly firstTokenSeconds: number;
  /** The limit between two events of a stream. A stream that pauses longer is broken. @default 20 */
  readonly stallSeconds: number;
  /** The UTC time of day at which daily quotas are reset, `HH:MM`. @default 00:00 */
  readonly dailyQuotaResetUtc: string;
  /** Failure kinds that do not count as failures of a target. @default none */
  readonly ignoredKinds: readonly TargetFailureKind[];
}

/** The store through which workers share their circuits. */
export interface CircuitStorePolicy {
  /** The kind of store. With `memory`, sandboxes share nothing. @default dynamodb */
  readonly store: 'dynamodb' | 'redis' | 'memory';
  /**
   * The time limit of a store operation. If it passes, the worker decides on its own. @default 1
   */
  readonly storeTimeoutSeconds: number;
  /**
   * The address of a Redis or Valkey server without a password, for `store: 'redis'`. @default none
   */
  readonly redisUrl?: string;
  /**
   * The complete ARN of the secret in Secrets Manager with the server's password: the password alone,
   * or JSON with `password` and optionally `username`. @default the server has no password
   */
  readonly redisSecretArn?: string;
}

export interface BreakerSettings extends BreakerPolicy, CircuitStorePolicy {}

export interface JobPolicy {
  /** The time after submission at which a job without an answer expires. @default 86,400 (a day) */
  readonly deadlineSeconds: number;
  /**
   * The number of claims that a job may use before it is dead-lettered. Deferrals in an outage use
   * up no claims. @default 5
   */
  readonly maxAttempts: number;
  /**
   * The number of failed calls that may be charged to a job before it is dead-lettered. A failed
   * call is charged if its target served other jobs in the same window. @default 8
   */
  readonly failedCalls: number;
  /** The limit for a whole answer. At the limit, the answer so far is the result. @default 600 */
  readonly answerSeconds: number;
  /** The number of jobs that a worker runs side by side, 1 to 10. @default 4 */
  readonly batchSize: number;
  /** The time for which an ended job and its answer are kept, in days. @default 7 */
  readonly retentionDays: number;
  /** The number of batches that run at once: the event source's maximum concurrency. @default 50 */
  readonly workerConcurrency: number;
  /**
   * The shortest deferral of a job, if no target says when it will admit calls again. @default 5
   */
  readonly shortestDeferralSeconds: number;
  /** If true, an event is published to the stack's event bus when a job ends. @default true */
  readonly completionEvents: boolean;
}

/** The limits of each API key. */
export interface ApiPolicy {
  /** The requests per second that a key may send. @default 50 */
  readonly keyRequestsPerSecond: number;
  /** The number of requests that a key may send at once. @default 100 */
  readonly keyBurst: number;
}

/** How calls are admitted within the known quotas of Bedrock. */
export interface QuotaPolicy {
  /**
   * How much of a minute's quota may be used at once, in seconds of it, 60 at most. Calls that run hold
   * some of it. @default 30
   */
  readonly burstSeconds: number;
  /** The output tokens of an answer, until a sandbox has seen answers of its chain. @default 500 */
  readonly expectedOutputTokens: number;
  /**
   * Bedrock's quota of tokens per day by source Region, for all models together. @default what Service
   * Quotas says
   */
  readonly tokensPerDay?: Readonly<Record<string, number>>;
}

export interface ProbePolicy {
  /**
   * If true, the prober takes circuits that no job calls through their recovery, with small calls.
   * @default false
   */
  readonly enabled: boolean;
}

export interface Settings {
  /** The chains by name, in the order of the settings file. Chains may share targets. */
  readonly chains: Readonly<Record<string, Chain>>;
  readonly breaker: BreakerSettings;
  readonly jobs: JobPolicy;
  readonly api: ApiPolicy;
  readonly probe: ProbePolicy;
  readonly quotas: QuotaPolicy;
  /**
   * The longest time until every function uses an edit of the settings, if SSM answers. Each sandbox
   * reads them at a random time in the second half of it. @default 300
   */
  readonly refreshSeconds: number;
  /** The tenant of each API key id. A key that is not listed is its own tenant. */
  readonly tenants: Readonly<Record<string, string>>;
  readonly guardrails: Guardrails;
}

/** The content of a settings file. Everything except the chains has a default. */
export interface SettingsInput {
  /** The tiers of the only chain, which is named `default`. @default `chains` has the tiers */
  readonly tiers?: readonly Tier[];
  /** Several chains by name. @default `tiers` is the only chain */
  readonly chains?: Readonly<Record<string, Chain>>;
  readonly breaker?: Partial<BreakerSettings>;
  readonly jobs?: Partial<JobPolicy>;
  readonly api?: Partial<ApiPolicy>;
  readonly probe?: Partial<ProbePolicy>;
  readonly quotas?: Partial<QuotaPolicy>;
  readonly refreshSeconds?: number;
  readonly tenants?: Readonly<Record<string, string>>;
  readonly guardrails?: Guardrails;
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
  rampSeconds: 15,
  firstTokenSeconds: 30,
  stallSeconds: 20,
  dailyQuotaResetUtc: '00:00',
  ignoredKinds: [],
};

export const CIRCUIT_STORE_DEFAULTS: CircuitStorePolicy = {
  store: 'dynamodb',
  storeTimeoutSeconds: 1,
};

export const JOB_DEFAULTS: JobPolicy = {
  deadlineSeconds: 86_400,
  maxAttempts: 5,
  failedCalls: 8,
  answerSeconds: 600,
  batchSize: 4,
  retentionDays: 7,
  workerConcurrency: 50,
  shortestDeferralSeconds: 5,
  completionEvents: true,
};

export const API_DEFAULTS: ApiPolicy = { keyRequestsPerSecond: 50, keyBurst: 100 };

/**
 * The limits of all API keys together: half of an account's 10,000 requests per second per region
 * and of its burst of 5,000, so that a flood leaves capacity to the account's other APIs.
 */
export const ALL_KEYS = { requestsPerSecond: 5_000, burst: 2_500 } as const;

export const QUOTA_DEFAULTS: QuotaPolicy = { burstSeconds: 55, expectedOutputTokens: 500 };

export const PATIENCE_SECONDS = 15;

export const PROBE_DEFAULTS: ProbePolicy = { enabled: false };

/** With it, 1,200 warm sandboxes take an eighth of SSM's rate; core/settings-refresh.ts has the sum. */
export const REFRESH_SECONDS = 300;
/** Up to it, a refused edit is reported in each period of five minutes of the alarm. */
export const LONGEST_REFRESH_SECONDS = 600;

/** The key of the target's circuit, such as `us-east-1/us.anthropic.claude-sonnet-4-6`. */
export function targetKey(target: Target): string {
  return `${target.region}/${target.modelId}`;
}

/**
 * The number of days for which the bucket keeps an object: a job may end as late as its deadline,
 * and is kept for `retentionDays` after that.
 */
export function keptDays({ retentionDays, deadlineSeconds }: JobPolicy): number {
  return retentionDays + Math.ceil(deadlineSeconds / 86_400);
}

/** The reason why the settings in force are not those of the parameter. */
export interface SettingsFault {
  /** `invalid`: an edit was refused. `unreadable`: SSM did not return the parameter. */
  readonly status: 'invalid' | 'unreadable';
  /** The time of the edit, or of the first read that failed. Milliseconds since the epoch. */
  readonly sinceMs: number;
  /** One line per fault, with the field, its value and what is allowed. */
  readonly faults: readonly string[];
}
