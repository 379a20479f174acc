import type { BreakerPolicy } from '../../contract/policy.ts';

/** Throws a RangeError that names each field out of range, its value and what is allowed. */
export function checkPolicy(policy: BreakerPolicy): void {
  const faults = RULES.flatMap(({ field, holds, allowed }) =>
    holds(policy) ? [] : [`${field}: got ${JSON.stringify(policy[field])}, allowed is ${allowed}`],
  );
  if (faults.length > 0) throw new RangeError(`breaker policy is not usable: ${faults.join('; ')}`);
}

interface Rule {
  readonly field: keyof BreakerPolicy;
  readonly allowed: string;
  holds(policy: BreakerPolicy): boolean;
}

/** Infinity turns a counting rule off. */
const RULES: readonly Rule[] = [
  {
    field: 'failureRatePercent',
    allowed: 'above 0 and below 100',
    holds: ({ failureRatePercent: percent }) => percent > 0 && percent < 100,
  },
  {
    field: 'windowSeconds',
    allowed:
      'callTimeoutSeconds to 3600, so that slow failures are counted before they are forgotten',
    holds: ({ windowSeconds, callTimeoutSeconds }) =>
      windowSeconds >= callTimeoutSeconds && windowSeconds <= 3600,
  },
  ...(['minimumCalls', 'consecutiveFailures'] as const).map((field) => ({
    field,
    allowed: 'a whole number from 1, or Infinity',
    holds: (policy: BreakerPolicy) => isCount(policy[field]) || policy[field] === Infinity,
  })),
  ...(
    ['excessFailures', 'cooldownSeconds', 'callTimeoutSeconds', 'storeTimeoutSeconds'] as const
  ).map((field) => ({
    field,
    allowed: 'above 0',
    holds: (policy: BreakerPolicy) => policy[field] > 0,
  })),
  {
    field: 'slowCallSeconds',
    allowed: 'above 0, or absent',
    holds: ({ slowCallSeconds }) => slowCallSeconds === undefined || slowCallSeconds > 0,
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
    allowed: 'at least cooldownSeconds',
    holds: ({ cooldownMaxSeconds, cooldownSeconds }) => cooldownMaxSeconds >= cooldownSeconds,
  },
  {
    field: 'viewMaxAgeSeconds',
    allowed: '0 to 60',
    holds: ({ viewMaxAgeSeconds: seconds }) => seconds >= 0 && seconds <= 60,
  },
  {
    field: 'recoveryStages',
    allowed: 'one or more whole numbers from 1 that grow',
    holds: ({ recoveryStages: stages }) =>
      stages.length > 0 &&
      stages.every((permits, i) => isCount(permits) && permits > (stages[i - 1] ?? 0)),
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
