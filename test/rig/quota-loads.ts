import config from '../../holdfast.config.ts';
import type { QuotaLimits, Settings } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import type { QuotaRule } from '../../local/bedrock/fault-rule.ts';
import type { MinuteShape } from '../../local/bedrock/quota.ts';

/** Traffic that needs more than a quota of the first tier's targets, each of which has this quota. */
export interface QuotaLoad {
  readonly name: string;
  readonly quota: QuotaLimits;
  readonly jobsPerSecond: number;
  /** What another user of the account takes of the tokens per minute. @default nothing */
  readonly outsideTokensPerMinute?: number;
  /** The tokens of a Region's day. @default no limit */
  readonly tokensPerDay?: number;
  /** The tokens of the n-th prompt. @default one prompt in five has 10,000 tokens, the others have 200 */
  readonly promptTokens?: (n: number) => number;
  readonly minuteShape?: MinuteShape;
}

const SHORT = () => 200;
const MIXED = (n: number) => (n % 5 === 0 ? 10_000 : 200);

export const QUOTA_LOADS: readonly QuotaLoad[] = [
  {
    name: 'minute quota 1.5-fold: requests',
    quota: { requestsPerMinute: 100 },
    jobsPerSecond: 5,
    promptTokens: SHORT,
  },
  {
    name: 'minute quota 1.5-fold: tokens',
    quota: { tokensPerMinute: 440_000 },
    jobsPerSecond: 5,
  },
  {
    name: 'minute quota 1.5-fold: tokens, fixed minutes',
    quota: { tokensPerMinute: 440_000 },
    jobsPerSecond: 5,
    minuteShape: 'fixed',
  },
  {
    name: 'new account',
    quota: { requestsPerMinute: 4, tokensPerMinute: 200_000 },
    jobsPerSecond: 0.2,
  },
  {
    name: 'outside user of half the quota',
    quota: { tokensPerMinute: 880_000 },
    jobsPerSecond: 5,
    outsideTokensPerMinute: 440_000,
  },
  {
    name: 'day quota',
    quota: { tokensPerMinute: 2_000_000 },
    jobsPerSecond: 5,
    tokensPerDay: 1_500_000,
  },
];

/** Returns the n-th prompt. */
export function promptOf({ promptTokens = MIXED }: QuotaLoad, n: number): string {
  return `${n} ${'x'.repeat(4 * promptTokens(n))}`;
}

/** Returns the rule of the fake Bedrock that makes up the quota. */
export function ruleOf({
  quota,
  outsideTokensPerMinute,
  tokensPerDay,
  minuteShape,
}: QuotaLoad): QuotaRule {
  return {
    fault: 'quota',
    model: '*sonnet-4-5*',
    ...quota,
    ...(outsideTokensPerMinute !== undefined && { outsideTokensPerMinute }),
    ...(tokensPerDay !== undefined && { tokensPerDay }),
    ...(minuteShape && { minuteShape }),
  };
}

/** Returns the shipped settings, with a quota for each target of the first tier. */
export function quotaSettings({ quota }: QuotaLoad, isKnown: boolean): Settings {
  const [first, ...others] = config.tiers ?? [];
  const targets = first?.targets.map((target) => ({ ...target, ...(isKnown && { quota }) }));
  return parseSettings({ ...config, tiers: [{ ...first, targets }, ...others] }, 'the rig');
}
