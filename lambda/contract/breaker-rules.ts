/**
 * The ranges of the breaker's policy, stated once. The settings file, an edit at run time and
 * `createBreaker` all check these rules.
 */
import type { BreakerPolicy } from './policy.ts';

export interface BrokenRule {
  /** The field that an error names. */
  readonly field: keyof BreakerPolicy;
  /** Completes the sentence "allowed is …". */
  readonly allowed: string;
}

interface BreakerRule extends Pick<BrokenRule, 'field'> {
  /** A rule between two fields also states the value of the other field. */
  readonly allowed: string | ((policy: BreakerPolicy) => string);
  holds(policy: BreakerPolicy): boolean;
}

/**
 * Returns the rules that a policy breaks. The policy's fields must already have the right types.
 */
export function brokenRules(policy: BreakerPolicy): readonly BrokenRule[] {
  return BREAKER_RULES.filter(({ holds }) => !holds(policy)).map(({ field, allowed }) => ({
    field,
    allowed: typeof allowed === 'string' ? allowed : allowed(policy),
  }));
}

/** Throws a RangeError that names each field out of range, its value and what is allowed. */
export function checkPolicy(policy: BreakerPolicy): void {
  const faults = brokenRules(policy).map(
    ({ field, allowed }) => `${field}: got ${JSON.stringify(policy[field])}, allowed is ${allowed}`,
  );
  if (faults.length > 0) throw new RangeError(`breaker policy is not usable: ${faults.join('; ')}`);
}

const BREAKER_RULES: readonly BreakerRule[] = [
  {
    field: 'failureRatePercent',
    allowed: 'above 0 and below 100',
    holds: ({ failureRatePercent: percent }) => percent > 0 && percent < 100,
  },
  {
    field: 'windowSeconds',
    allowed: 'above 0 and at most 3600',
    holds: ({ windowSeconds: seconds }) => seconds > 0 && seconds <= 3600,
  },
  {
    field: 'windowSeconds',
    allowed: ({ firstTokenSeconds }) =>
      `at least ${firstTokenSeconds}: windowSeconds >= firstTokenSeconds (${firstTokenSeconds}), or slow failures leave the window before they add up`,
    holds: ({ windowSeconds, firstTokenSeconds }) => windowSeconds >= firstTokenSeconds,
  },
  // `Infinity` turns the rule off. JSON cannot represent it, so only `createBreaker` accepts it.
  ...(['minimumCalls', 'consecutiveFailures'] as const).map((field) => ({
    field,
    allowed: 'a whole number from 1',
    holds: (policy: BreakerPolicy) => isCount(policy[field]) || policy[field] === Infinity,
  })),
  ...(['excessFailures', 'cooldownSeconds', 'firstTokenSeconds', 'stallSeconds'] as const).map(
    (field) => ({
      field,
      allowed: 'above 0',
      holds: (policy: BreakerPolicy) => policy[field] > 0,
    }),
  ),
  {
    field: 'slowFirstTokenSeconds',
    allowed: 'above 0, or absent',
    holds: ({ slowFirstTokenSeconds: seconds }) => seconds === undefined || seconds > 0,
  },
  {
    field: 'slowRatePercent',
    allowed: 'above 0 and at most 100',
    holds: ({ slowRatePercent: percent }) => percent > 0 && percent <= 100,
  },
  {
    field: 'cooldownMultiplier',
    allowed: 'at least 1',
    holds: ({ cooldownMultiplier }) => cooldownMultiplier >= 1,
  },
  {
    field: 'cooldownMaxSeconds',
    allowed: ({ cooldownSeconds }) =>
      `at least ${cooldownSeconds}: cooldownMaxSeconds >= cooldownSeconds (${cooldownSeconds})`,
    holds: ({ cooldownMaxSeconds, cooldownSeconds }) => cooldownMaxSeconds >= cooldownSeconds,
  },
  {
    field: 'viewMaxAgeSeconds',
    allowed: '0 to 60',
    holds: ({ viewMaxAgeSeconds: seconds }) => seconds >= 0 && seconds <= 60,
  },
  {
    field: 'recoveryStages',
    allowed: '1 to 10 stages that grow, each a whole number of permits from 1 to 1000',
    holds: ({ recoveryStages: stages }) =>
      stages.length >= 1 &&
      stages.length <= 10 &&
      stages.every(
        (permits, i) => isCount(permits) && permits > (stages[i - 1] ?? 0) && permits <= 1000,
      ),
  },
  {
    field: 'rampSeconds',
    allowed: '0 to 3600',
    holds: ({ rampSeconds: seconds }) => seconds >= 0 && seconds <= 3600,
  },
  {
    field: 'dailyQuotaResetUtc',
    allowed: 'a UTC time such as 00:00',
    holds: ({ dailyQuotaResetUtc }) => /^([01]\d|2[0-3]):[0-5]\d$/.test(dailyQuotaResetUtc),
  },
];

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
