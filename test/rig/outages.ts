import type { Settings } from '../../lambda/contract/policy.ts';
import type { FaultRule } from '../../local/bedrock/fault-rule.ts';
import { defaultTiers } from '../support/settings.ts';

export interface Outage {
  /** The duration of the outage. */
  readonly seconds: number;
  /** Returns the rules of the fake Bedrock that make up the outage. */
  rules(settings: Settings): readonly FaultRule[];
  /** What follows the outage. @default nothing: all is well again, for `RECOVERY_SECONDS` */
  readonly aftermath?: Outage;
}

/** An outage with a name and with the limits that its figures must keep. */
export interface MeasuredOutage extends Outage {
  readonly name: string;
  readonly limits: Limits;
  /** The share of the jobs, 0 to 1, that the first tier answers if its capacity is known at all times. */
  readonly bound?: number;
}

export interface Limits {
  /** The most calls that may end in a failure of the target, over the whole run. */
  readonly failures: number;
  /** The most calls that may fail after the outage. @default no limit */
  readonly failuresAfter?: number;
  /** The longest time until a circuit of the first tier is closed. @default the limit of its chain */
  readonly recoverySeconds?: number;
  /** The most jobs that may be late. @default no limit */
  readonly lateJobs?: number;
  /** The longest median duration of a job. @default no limit */
  readonly medianJobMs?: number;
  /** The smallest share of the jobs that the first tier answers, 0 to 1. @default no limit */
  readonly primaryShare?: number;
  /** The longest time from the end of the outage until its jobs have ended. @default no limit */
  readonly backlogSeconds?: number;
}

export const JOBS_PER_SECOND = 10;
/** The duration of healthy traffic before the outage, which gives the circuits a history. */
export const HEALTHY_SECONDS = 8;
/** The duration of the traffic after the outage, in which the circuits can recover. */
export const RECOVERY_SECONDS = 14;
/** The longest time that the last jobs may take after the traffic has stopped. */
export const DRAIN_SECONDS = 60;
/** The median duration of a call to a model. */
export const CALL_MS = 120;
/** A quota's minute. All times are divided by ten, so it is as long as the breaker's window. */
const QUOTA_MINUTE_SECONDS = 6;
/** The duration of the outage after which the primary has half of its capacity, and of that. */
const DOWN_SECONDS = 20;
const HALF_SECONDS = 65;

/** The outages. All times are divided by ten, so 20 s stand for 200 s. */
export const OUTAGES: readonly MeasuredOutage[] = [
  {
    name: 'primary down',
    seconds: 20,
    rules: (settings) => onPrimary(settings, { fault: 'unavailable' }),
    limits: { failures: 12 },
  },
  {
    name: 'region resets connections',
    seconds: 20,
    rules: () => [{ region: 'us-east-1', fault: 'reset' }],
    limits: { failures: 24 },
  },
  {
    name: 'whole chain down',
    seconds: 20,
    rules: () => [{ fault: 'unavailable' }],
    limits: { failures: 30, backlogSeconds: 15 },
  },
  {
    name: 'hanging primary',
    seconds: 20,
    rules: (settings) => onPrimary(settings, { fault: 'hang' }),
    limits: { failures: 55, medianJobMs: 300 },
  },
  {
    name: '30 % brownout',
    seconds: 25,
    rules: (settings) => onPrimary(settings, { fault: 'internal-error', probability: 0.3 }),
    limits: { failures: 35 },
  },
  {
    name: 'minute quota exceeded 1.5-fold',
    seconds: 25,
    rules: (settings) => onPrimary(settings, { fault: 'quota', ...quotaOf(settings) }),
    limits: { failures: 25, primaryShare: 0.75 },
  },
  {
    name: 'half the capacity back',
    seconds: DOWN_SECONDS,
    rules: (settings) => onPrimary(settings, { fault: 'unavailable' }),
    aftermath: { seconds: HALF_SECONDS, rules: halfCapacity },
    bound: (HEALTHY_SECONDS + HALF_SECONDS / 2) / (HEALTHY_SECONDS + DOWN_SECONDS + HALF_SECONDS),
    limits: {
      failures: 45,
      failuresAfter: 40,
      lateJobs: 60,
      primaryShare: 0.3,
      recoverySeconds: 10,
    },
  },
];

/**
 * Lets the primary's targets together answer half of the traffic. Further calls fail at once, if there are
 * more within a second than half of its jobs.
 */
function halfCapacity(settings: Settings): readonly FaultRule[] {
  const targets = defaultTiers(settings)[0]?.targets.length ?? 1;
  const requestsPerMinute = JOBS_PER_SECOND / 2 / targets;
  return onPrimary(settings, { fault: 'quota', requestsPerMinute, minuteSeconds: 1 });
}

/** Returns one copy of the rule for each target of the first tier. */
export function onPrimary(settings: Settings, rule: FaultRule): readonly FaultRule[] {
  return (defaultTiers(settings)[0]?.targets ?? []).map(({ region, modelId }) => ({
    ...rule,
    region,
    model: modelId,
  }));
}

/** Returns a quota that lets the primary's targets together answer two thirds of the traffic. */
function quotaOf(settings: Settings) {
  const perSecond = JOBS_PER_SECOND / 1.5 / (defaultTiers(settings)[0]?.targets.length ?? 1);
  return {
    requestsPerMinute: perSecond * QUOTA_MINUTE_SECONDS,
    minuteSeconds: QUOTA_MINUTE_SECONDS,
  };
}
