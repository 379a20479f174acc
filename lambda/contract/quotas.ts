/**
 * Facts about Bedrock's quotas. A quota belongs to the account, a source Region, a scope and a model, so
 * targets may share one. The quota of tokens per day covers all models of a source Region together.
 *
 * Sources, read in November 2026: Amazon Bedrock user guide, "Quotas for the bedrock-runtime endpoint"
 * and "How tokens are counted in Amazon Bedrock", partly through notes that quote them. AWS does not
 * document the shape of a minute.
 */
import { targetsOf } from './chains.ts';
import { GLOBAL_GEOGRAPHY, profileOf } from './geography.ts';
import { modelFacts } from './models.ts';
import type { QuotaLimits, Settings, Target } from './policy.ts';

/**
 * On-demand calls, calls through a profile of a geography and calls through a global profile have
 * quotas of their own.
 */
export const QUOTA_SCOPES = ['on-demand', 'geo', 'global'] as const;
export type QuotaScope = (typeof QUOTA_SCOPES)[number];

/** Returns the scope of the quota that a call to the target is charged to. */
export function quotaScopeOf(target: Target): QuotaScope {
  const { geography } = profileOf(target);
  if (geography === undefined) return 'on-demand';
  return geography === GLOBAL_GEOGRAPHY ? 'global' : 'geo';
}

/** Returns the name of the target's quota: `<source Region>/<scope>/<model>`. */
export function quotaKey(target: Target): string {
  return `${target.region}/${quotaScopeOf(target)}/${profileOf(target).model}`;
}

/** Where a quota is known from. */
export const QUOTA_SOURCES = ['settings', 'service-quotas'] as const;
export type QuotaSource = (typeof QUOTA_SOURCES)[number];

/** The account's quotas, as the daily check read them from Service Quotas. */
export interface AppliedQuotas {
  /** The time of the check, in milliseconds since the Unix epoch. */
  readonly checkedAtMs: number;
  /** The limits that are known, by quota key. All numbers are positive. */
  readonly limits: Readonly<Record<string, QuotaLimits>>;
  /** The tokens of all models together, by source Region. All numbers are positive. */
  readonly tokensPerDay: Readonly<Record<string, number>>;
  /** The keys of the quotas that are 0: the account has no access to the model there. */
  readonly withoutAccess: readonly string[];
}

/**
 * Returns the limits of the target's quota: those of the settings, and otherwise those of Service Quotas;
 * undefined if neither has any. In the settings, a quota that several targets share may be at any of them.
 */
export function limitsOf(
  settings: Pick<Settings, 'chains'>,
  target: Target,
  applied?: AppliedQuotas,
): QuotaLimits | undefined {
  const key = quotaKey(target);
  const given =
    target.quota ?? targetsOf(settings).find((each) => each.quota && quotaKey(each) === key)?.quota;
  return given ?? applied?.limits[key];
}

/**
 * Returns the tokens that all models of a source Region together may use in a day, by the settings or
 * otherwise by Service Quotas; undefined if neither has them.
 */
export function tokensPerDayOf(
  { quotas }: Pick<Settings, 'quotas'>,
  region: string,
  applied?: AppliedQuotas,
): number | undefined {
  return quotas.tokensPerDay?.[region] ?? applied?.tokensPerDay[region];
}

/**
 * Returns the key of a source Region's quota of tokens per day. The bucket of this key is the one through
 * which batch jobs share these tokens.
 */
export function dayQuotaKey(region: string): string {
  return `${region}/day`;
}

/** The burndown of a model of which nothing is known: one that is too low would lead to throttles. */
const UNKNOWN_BURNDOWN = 10;

/** The tokens of the quota that an output token costs, where it is documented. */
const BURNDOWN: Readonly<Record<string, number>> = {
  'anthropic.claude-3-haiku-20240307-v1:0': 1,
  'anthropic.claude-3-sonnet-20240229-v1:0': 1,
  'anthropic.claude-3-opus-20240229-v1:0': 1,
  'anthropic.claude-3-5-haiku-20241022-v1:0': 1,
  'anthropic.claude-3-5-sonnet-20240620-v1:0': 1,
  'anthropic.claude-3-5-sonnet-20241022-v2:0': 1,
  'anthropic.claude-3-7-sonnet-20250219-v1:0': 5,
  'anthropic.claude-haiku-4-5-20251001-v1:0': 5,
  'anthropic.claude-opus-4-20250514-v1:0': 5,
  'anthropic.claude-opus-4-1-20250805-v1:0': 5,
  'anthropic.claude-opus-4-5-20251101-v1:0': 5,
  'anthropic.claude-opus-4-6-v1': 5,
  'anthropic.claude-opus-4-7': 5,
  'anthropic.claude-opus-4-8': 15,
  'anthropic.claude-sonnet-4-20250514-v1:0': 5,
  'anthropic.claude-sonnet-4-5-20250929-v1:0': 5,
  'anthropic.claude-sonnet-4-6': 5,
  'openai.gpt-5.6-luna': 10,
  'openai.gpt-5.6-sol': 10,
  'openai.gpt-5.6-terra': 10,
};

/** Returns how many tokens of the quota one output token of the target costs. */
export function burndownOf(target: Target): number {
  if (!modelFacts(target)) return UNKNOWN_BURNDOWN;
  const { model } = profileOf(target);
  return BURNDOWN[model] ?? (model.startsWith('anthropic.') ? UNKNOWN_BURNDOWN : 1);
}
