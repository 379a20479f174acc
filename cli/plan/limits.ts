import type { QuotaLimits, Settings, Target } from '../../lambda/contract/policy.ts';
import {
  type AppliedQuotas,
  dayQuotaKey,
  limitsOf,
  quotaKey,
  tokensPerDayOf,
} from '../../lambda/contract/quotas.ts';
import type { Call, Workload } from './workload.ts';

export const LIMIT_NAMES = [
  'requests per minute',
  'tokens per minute',
  'calls at once',
  'tokens per day',
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** What limits the jobs of a target. Targets may share it. */
export interface Limit {
  readonly name: LimitName;
  /** What it belongs to: a quota's key, or a Region for the tokens of a day. */
  readonly of: string;
  readonly value: number;
  /** The jobs of a day for which all of it is enough. */
  readonly jobsPerDay: number;
}

/** Where quotas are known from. The settings win. */
export interface QuotaSources {
  readonly settings: Pick<Settings, 'chains' | 'quotas'>;
  readonly applied?: AppliedQuotas;
}

/** An account without access to a model has a quota of 0. */
const NO_ACCESS: QuotaLimits = { tokensPerMinute: 0 };

const MINUTES_PER_DAY = 1440;

/** Returns the limits of the target that are known, whichever of them is the lowest. */
export function limitsOfTarget(
  target: Target,
  call: Call,
  { peak, answerSeconds }: Workload,
  { settings, applied }: QuotaSources,
): readonly Limit[] {
  const key = quotaKey(target);
  const isZero = (name: string) => applied?.withoutAccess.includes(name) === true;
  const minute = limitsOf(settings, target, applied) ?? (isZero(key) ? NO_ACCESS : {});
  const { tokensPerMinute, requestsPerMinute } = minute;
  const { region } = target;
  const tokensPerDay =
    tokensPerDayOf(settings, region, applied) ?? (isZero(dayQuotaKey(region)) ? 0 : undefined);
  const limit = (name: LimitName, value: number, jobsPerMinute: number): Limit => {
    const jobsPerDay = (jobsPerMinute * MINUTES_PER_DAY) / peak;
    return { name, of: key, value, jobsPerDay };
  };
  const limits: Limit[] = [];
  if (requestsPerMinute !== undefined) {
    limits.push(limit('requests per minute', requestsPerMinute, requestsPerMinute));
  }
  if (tokensPerMinute !== undefined) {
    limits.push(limit('tokens per minute', tokensPerMinute, tokensPerMinute / call.usedTokens));
    // A call keeps its hold until its answer ends.
    const callsAtOnce = Math.floor(tokensPerMinute / call.heldTokens);
    limits.push(limit('calls at once', callsAtOnce, (callsAtOnce * 60) / answerSeconds));
  }
  if (tokensPerDay !== undefined) {
    const jobsPerDay = tokensPerDay / call.usedTokens;
    limits.push({ name: 'tokens per day', of: region, value: tokensPerDay, jobsPerDay });
  }
  return limits;
}

/** Returns the limit that is reached first; undefined if none is known. */
export function bindingLimit(limits: readonly Limit[]): Limit | undefined {
  return limits.toSorted((a, b) => a.jobsPerDay - b.jobsPerDay)[0];
}
