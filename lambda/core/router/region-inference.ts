import { targetsOf } from '../../contract/chains.ts';
import { profileOf } from '../../contract/geography.ts';
import {
  type BreakerPolicy,
  type Settings,
  type Target,
  targetKey,
} from '../../contract/policy.ts';
import type { TargetFailureKind } from '../../contract/words.ts';
import type { CircuitSummary } from '../breaker/summary.ts';

/** An unhealthy region, inferred from the circuits of some of its targets. */
export interface Inference {
  readonly region: string;
  /** Time at which the first of its open circuits may recover; absent if all are recovering already. */
  readonly untilMs?: number;
}

/** The failure kinds that a whole region may have; quotas concern one model only. */
const REGIONAL_KINDS: readonly TargetFailureKind[] = ['capacity', 'fault', 'timeout', 'network'];

/**
 * Returns the targets to skip because their region is unhealthy. A region is unhealthy if targets
 * of at least two models, and at least half of all its targets, are open or recovering from a
 * regional kind of failure. Most incidents hit one model, so one open circuit says nothing about
 * its region. Inference skips only targets that do not fail themselves: at most half of the
 * region's targets.
 */
export function inferredOut(
  settings: Settings,
  circuits: readonly CircuitSummary[],
  nowMs: number,
): ReadonlyMap<string, Inference> {
  const summaries = new Map(circuits.map((circuit) => [circuit.key, circuit]));
  const regions = Map.groupBy(targetsOf(settings), ({ region }) => region);

  const out = new Map<string, Inference>();
  for (const [region, members] of regions) {
    const failing = members.filter((each) =>
      pointsToRegion(summaries.get(targetKey(each)), nowMs, settings.breaker),
    );
    if (!isRegional(failing, members)) continue;
    const inference = { region, ...firstEnd(failing, summaries, nowMs) };
    for (const target of members) {
      const key = targetKey(target);
      const isForced = summaries.get(key)?.override !== undefined;
      if (!failing.includes(target) && !isForced) out.set(key, inference);
    }
  }
  return out;
}

/**
 * True if the region may have caused the circuit's state. An open circuit past its `untilMs` says
 * nothing, because no call has been made since. A recovering circuit counts until its first call
 * succeeds, but for one cooldown at most: without traffic, the circuits of a lower tier stay
 * half-open for as long as the first tier serves.
 */
function pointsToRegion(
  circuit: CircuitSummary | undefined,
  nowMs: number,
  { cooldownSeconds }: BreakerPolicy,
): boolean {
  if (!circuit?.failure || circuit.override !== undefined) return false;
  if (!REGIONAL_KINDS.includes(circuit.failure)) return false;
  const { state, stage = 0, sinceMs = nowMs, untilMs = 0 } = circuit;
  switch (state) {
    case 'CLOSED':
      return false;
    case 'OPEN':
      return nowMs < untilMs;
    case 'HALF_OPEN':
      return stage === 0 && nowMs - sinceMs < cooldownSeconds * 1000;
    default:
      return state satisfies never;
  }
}

function isRegional(failing: readonly Target[], members: readonly Target[]): boolean {
  const models = new Set(failing.map((target) => profileOf(target).model));
  return models.size >= 2 && failing.length * 2 >= members.length;
}

function firstEnd(
  failing: readonly Target[],
  summaries: ReadonlyMap<string, CircuitSummary>,
  nowMs: number,
): { readonly untilMs?: number } {
  const ends = failing
    .map((target) => summaries.get(targetKey(target))?.untilMs ?? 0)
    .filter((untilMs) => untilMs > nowMs);
  return ends.length > 0 ? { untilMs: Math.min(...ends) } : {};
}
