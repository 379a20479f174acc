import type { Settings } from '../../lambda/contract/policy.ts';
import type { FaultRule } from '../../local/bedrock/fault-rule.ts';

export interface Outage {
  readonly seconds: number;
  /** What goes wrong, from the moment it is set on. */
  rules(settings: Settings): readonly FaultRule[];
}

/** An outage with a name and what is promised of it. */
export interface MeasuredOutage extends Outage {
  readonly name: string;
  readonly limits: Limits;
}

export interface Limits {
  /** Calls that end in a fault of the target, over the whole run. */
  readonly faults: number;
  readonly medianJobMs?: number;
  /** Share of the jobs that the first tier serves. */
  readonly primaryShare?: number;
  /** From the end of the outage until no job waits. */
  readonly backlogSeconds?: number;
}

export const JOBS_PER_SECOND = 10;
/** Healthy traffic before, so that the circuits have a past; and after, so that they recover. */
export const BEFORE_SECONDS = 8;
export const AFTER_SECONDS = 14;
/** How long the last jobs may take after traffic has ended. */
export const PATIENCE_SECONDS = 60;
/** The median of a call to a model. */
export const CALL_MS = 120;
/** What the fake's quota calls a minute is as long as the breaker's window, like all times here. */
const QUOTA_MINUTE_SECONDS = 6;

/** The six outages of ten times shorter times: they stand for 150 to 300 s. */
export const OUTAGES: readonly MeasuredOutage[] = [
  {
    name: 'primary down',
    seconds: 20,
    rules: (settings) => onPrimary(settings, { fault: 'unavailable' }),
    limits: { faults: 12 },
  },
  {
    name: 'region lost by resets',
    seconds: 20,
    rules: () => [{ region: 'us-east-1', fault: 'reset' }],
    limits: { faults: 24 },
  },
  {
    name: 'whole chain down',
    seconds: 20,
    rules: () => [{ fault: 'unavailable' }],
    limits: { faults: 30, backlogSeconds: 15 },
  },
  {
    name: 'hanging primary',
    seconds: 20,
    rules: (settings) => onPrimary(settings, { fault: 'hang' }),
    limits: { faults: 55, medianJobMs: 300 },
  },
  {
    name: '30 % brownout',
    seconds: 25,
    rules: (settings) => onPrimary(settings, { fault: 'internal-error', probability: 0.3 }),
    limits: { faults: 35 },
  },
  {
    name: 'minute quota exceeded 1.5-fold',
    seconds: 25,
    rules: (settings) => onPrimary(settings, { fault: 'quota', ...quotaOf(settings) }),
    limits: { faults: 25, primaryShare: 0.75 },
  },
];

export function onPrimary({ tiers }: Settings, rule: FaultRule): readonly FaultRule[] {
  return (tiers[0]?.targets ?? []).map(({ region, modelId }) => ({
    ...rule,
    region,
    model: modelId,
  }));
}

/** Each target of the primary can take its share of two thirds of the traffic. */
function quotaOf({ tiers }: Settings) {
  const perSecond = JOBS_PER_SECOND / 1.5 / (tiers[0]?.targets.length ?? 1);
  return {
    requestsPerMinute: perSecond * QUOTA_MINUTE_SECONDS,
    minuteSeconds: QUOTA_MINUTE_SECONDS,
  };
}
