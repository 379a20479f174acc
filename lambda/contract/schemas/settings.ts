/**
 * Validates the settings at synth, at start-up and again at run time. Wrong settings are refused as a
 * whole. Each fault names its field, its value and what is allowed.
 */
import * as z from 'zod';
import { brokenRules } from '../breaker-rules.ts';
import { DEFAULT_CHAIN } from '../chains.ts';
import {
  ALL_KEYS,
  API_DEFAULTS,
  BREAKER_DEFAULTS,
  CIRCUIT_STORE_DEFAULTS,
  JOB_DEFAULTS,
  LONGEST_REFRESH_SECONDS,
  PROBE_DEFAULTS,
  QUOTA_DEFAULTS,
  REFRESH_SECONDS,
  type Settings,
  type SettingsInput,
} from '../policy.ts';
import { brokenTimeRules } from '../time-budget.ts';
import { TARGET_FAILURE_KINDS } from '../words.ts';
import { chains, NAME, tiers } from './chain.ts';
import { guardrails } from './guardrails.ts';
import { allowedBy, fieldOf, valueAt } from './issue.ts';
import { dayQuotaFaults, quotaPolicy } from './quota-policy.ts';
import { targetFaults, tiersPath } from './target-entries.ts';

/** An ARN with the six random characters that Secrets Manager appends to a secret's name. */
const SECRET_ARN =
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/;

/** The types of the fields. `breaker-rules.ts` has the ranges. */
const breaker = z
  .strictObject({
    failureRatePercent: z.number(),
    windowSeconds: z.number(),
    minimumCalls: z.number(),
    excessFailures: z.number(),
    consecutiveFailures: z.number(),
    slowFirstTokenSeconds: z.number().optional(),
    slowRatePercent: z.number(),
    cooldownSeconds: z.number(),
    cooldownMultiplier: z.number(),
    cooldownMaxSeconds: z.number(),
    viewMaxAgeSeconds: z.number(),
    recoveryStages: z.array(z.number()),
    rampSeconds: z.number(),
    firstTokenSeconds: z.number(),
    stallSeconds: z.number(),
    dailyQuotaResetUtc: z.string(),
    ignoredKinds: z.array(z.enum(TARGET_FAILURE_KINDS)),
    store: z.enum(['dynamodb', 'redis', 'memory']),
    storeTimeoutSeconds: z.number().positive().max(10),
    redisUrl: z
      .url({ protocol: /^rediss?$/, error: 'an address such as rediss://host:6379' })
      .refine((url) => !hasPassword(url), {
        message:
          'an address without a password; store the password in Secrets Manager, and name the secret in breaker.redisSecretArn',
      })
      .optional(),
    redisSecretArn: z
      .string()
      .regex(SECRET_ARN, 'the complete ARN of a secret in Secrets Manager')
      .optional(),
  })
  .superRefine((policy, context) => {
    for (const { field, allowed: message } of brokenRules(policy)) {
      context.addIssue({ code: 'custom', path: [field], message });
    }
  })
  .refine((policy) => policy.store !== 'redis' || policy.redisUrl !== undefined, {
    path: ['redisUrl'],
    message: 'an address such as rediss://host:6379 when store is redis',
  })
  .refine((policy) => policy.store === 'redis' || policy.redisSecretArn === undefined, {
    path: ['redisSecretArn'],
    message: 'none unless store is redis',
  });

const jobs = z.strictObject({
  deadlineSeconds: z
    .number()
    .positive()
    .max(14 * 86_400),
  maxAttempts: z.int().min(1).max(100),
  failedCalls: z.int().min(1).max(1000),
  answerSeconds: z.number().positive(),
  /** 10 is SQS's maximum without a batching window. */
  batchSize: z.int().min(1).max(10),
  retentionDays: z.int().min(1).max(3650),
  /** 2 is the minimum of an SQS event source. */
  workerConcurrency: z.int().min(2).max(1000),
  shortestDeferralSeconds: z.number().min(0).max(900),
  completionEvents: z.boolean(),
});

const api = z.strictObject({
  keyRequestsPerSecond: z.number().positive().max(ALL_KEYS.requestsPerSecond),
  keyBurst: z.int().min(1).max(ALL_KEYS.burst),
});

const probe = z.strictObject({ enabled: z.boolean() });

const settings = z
  .strictObject({
    tiers: tiers.optional(),
    chains: chains.optional(),
    breaker: z.preprocess(
      withDefaults({ ...BREAKER_DEFAULTS, ...CIRCUIT_STORE_DEFAULTS }),
      breaker,
    ),
    jobs: z.preprocess(withDefaults(JOB_DEFAULTS), jobs),
    api: z.preprocess(withDefaults(API_DEFAULTS), api),
    probe: z.preprocess(withDefaults(PROBE_DEFAULTS), probe),
    quotas: z.preprocess(withDefaults(QUOTA_DEFAULTS), quotaPolicy),
    refreshSeconds: z.number().positive().max(LONGEST_REFRESH_SECONDS).default(REFRESH_SECONDS),
    tenants: z.record(z.string(), NAME).default({}),
    guardrails: guardrails.default({}),
  })
  .refine((given) => (given.tiers === undefined) !== (given.chains === undefined), {
    path: ['tiers'],
    message: 'exactly one of tiers and chains',
  })
  .superRefine((given, context) => {
    const add = (path: readonly (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message });
    const parsed = withChains(given) as Settings;
    for (const { path, allowed } of brokenTimeRules(parsed)) add(path, allowed);
    for (const { chain, path, allowed } of targetFaults(parsed)) {
      add([...tiersPath(given, chain), ...path], allowed);
    }
    for (const { path, allowed } of dayQuotaFaults(parsed)) add(path, allowed);
  })
  .refine(({ probe, breaker }) => !probe.enabled || breaker.store !== 'memory', {
    path: ['probe', 'enabled'],
    message:
      'false where breaker.store is memory, because a prober cannot see the circuits of the workers',
  })
  .transform(withChains);

/** Returns the settings with their tiers in `chains`, as all readers of the settings expect them. */
function withChains<Given extends Pick<SettingsInput, 'tiers' | 'chains'>>({
  tiers = [],
  chains = { [DEFAULT_CHAIN]: { tiers } },
  ...others
}: Given) {
  return { chains, ...others };
}

/** Thrown for settings that cannot be used. `faults` has one line per fault. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly faults: readonly string[];
  constructor(source: string, faults: readonly string[]) {
    super(`${source} is not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/**
 * Returns the settings with all defaults filled in. `source` names the file or parameter in the
 * SettingsError.
 */
export function parseSettings(input: unknown, source: string): Settings {
  const result = settings.safeParse(input);
  if (result.success) return result.data as Settings;
  throw new SettingsError(source, faultLines(result.error.issues, input));
}

/** Returns its argument. It gives editors the types of a settings file in TypeScript. */
export function defineSettings(input: SettingsInput): SettingsInput {
  return input;
}

/** Returns one line per field, because a value that breaks one rule often breaks another too. */
function faultLines(issues: readonly z.core.$ZodIssue[], input: unknown): readonly string[] {
  const lines = new Map<string, readonly string[]>();
  for (const issue of issues) {
    const place = fieldOf(issue.path, 'settings');
    if (!lines.has(place)) lines.set(place, describe(issue, input));
  }
  return [...lines.values()].flat();
}

function describe(issue: z.core.$ZodIssue, input: unknown): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const place = fieldOf([...issue.path, key], 'settings');
      const replacement = REPLACED.get(place);
      return `${place}: no such setting${replacement ? `, use ${replacement}` : ''}`;
    });
  }
  const value = valueAt(issue.path, input);
  // Faults are logged, and the address may contain a password.
  const got = issue.path.at(-1) === 'redisUrl' && value ? 'another' : shorten(value);
  return [`${fieldOf(issue.path, 'settings')}: got ${got}, allowed is ${allowedBy(issue)}`];
}

/** The names that earlier versions used, and the settings that replace them. */
const REPLACED: ReadonlyMap<string, string> = new Map([
  [
    'breaker.callTimeoutSeconds',
    'breaker.firstTokenSeconds, breaker.stallSeconds and jobs.answerSeconds',
  ],
  ['breaker.slowCallSeconds', 'breaker.slowFirstTokenSeconds'],
]);

/** The settings are stored in a parameter that many may read, so they must not hold a password. */
function hasPassword(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { password, searchParams } = new URL(url);
  // The Redis client takes each parameter of the address as one of its options.
  return password !== '' || searchParams.has('password');
}

function shorten(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function withDefaults(defaults: object) {
  return (given: unknown) =>
    given === undefined || isObject(given) ? { ...defaults, ...given } : given;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
