import { shortTarget } from '../views/format.ts';
import {
  type AdminHealth,
  type DayBudget,
  failuresOf,
  type TargetHealth,
} from '../views/operators/health-words.ts';
import { stageOf } from './target-words.ts';
import type { Trouble } from './trouble.ts';

/** Finds what is wrong with the targets. Targets of one region that share a cause are one trouble. */
export function targetTroubles(
  { targets, dayBudgets = [] }: AdminHealth,
  recoveryStages: readonly number[],
): readonly Trouble[] {
  const shared = [
    ...sharedBy(targets, 'quota-day', 'quota-day', 'has used up its daily quota'),
    ...sharedBy(targets, 'region-unhealthy', 'region', 'is unhealthy, so its targets are skipped'),
  ];
  return [
    ...shared,
    ...targets.flatMap((target) => troubleOf(target, recoveryStages) ?? []),
    ...dayBudgets.flatMap((budget) => budgetTrouble(budget) ?? []),
  ];
}

/** A shorter time is within the error of the forecast; the alarm has the same limit. */
const EARLY_MS = 3_600_000;

function budgetTrouble({ region, endsAt, resetAt }: DayBudget): Trouble | undefined {
  if (!endsAt || Date.parse(resetAt) - Date.parse(endsAt) < EARLY_MS) return undefined;
  const next = { at: endsAt, what: 'used up' };
  return { kind: 'budget', where: region, what: 'uses its daily quota too fast', next };
}

/** Returns one trouble for each region in which targets have the cause. */
function sharedBy(
  targets: readonly TargetHealth[],
  cause: string,
  kind: Trouble['kind'],
  what: string,
): readonly Trouble[] {
  const found = targets.filter((target) => target.cause === cause);
  return [...new Set(found.map(({ region }) => region))].map((region) => {
    const inRegion = found.filter((target) => target.region === region);
    const since = inRegion.flatMap((target) => target.since ?? []).toSorted()[0];
    const at = inRegion.flatMap((target) => target.until ?? []).toSorted()[0];
    return {
      kind,
      where: region,
      what: `${what} (${inRegion.length} ${inRegion.length === 1 ? 'target' : 'targets'})`,
      ...(since && { since }),
      ...(at && { next: { at, what: 'next call' } }),
    };
  });
}

function troubleOf(target: TargetHealth, stages: readonly number[]): Trouble | undefined {
  const { circuit, cause, since, until, configErrors, health } = target;
  const where = shortTarget(target.target);
  if (configErrors?.disabledSince !== undefined) {
    return {
      kind: 'disabled',
      where,
      what: `is disabled: ${failuresOf(target)}`,
      since: configErrors.disabledSince,
      ...(configErrors.nextCheckAt && {
        next: { at: configErrors.nextCheckAt, what: 'next check' },
      }),
    };
  }
  if (cause === 'quota-day' || cause === 'region-unhealthy') return undefined;
  const times = {
    ...(since && { since }),
    ...(until && { next: { at: until, what: 'next probe' } }),
  };
  if (health === 'waiting') {
    return { kind: 'waiting', where, what: 'waits for a call that tries it again', ...times };
  }
  if (circuit === 'OPEN') {
    const failures = failuresOf(target);
    const what = failures ? `gets no calls: ${failures}` : 'gets no calls';
    return { kind: 'open', where, what, ...times };
  }
  if (health !== 'recovering' && circuit !== 'HALF_OPEN') return undefined;
  const what = circuit === 'CLOSED' ? 'a share of the calls' : stageOf(target, stages);
  return {
    kind: 'recovering',
    where,
    what: `recovers: ${what}`,
    ...(since && { since }),
  };
}
