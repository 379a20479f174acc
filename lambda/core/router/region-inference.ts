import { profileOf } from '../../contract/geography.ts';
import {
  type BreakerPolicy,
  type Settings,
  type Target,
  targetKey,
  targetsOf,
} from '../../contract/policy.ts';
import type { TargetFailureKind } from '../../contract/words.ts';
import type { CircuitSummary } from '../breaker/summary.ts';

/** A target that is passed over for what happens to others of its region. */
export interface Inference {
  readonly region: string;
  /** When the first of the circuits that are the evidence may close; absent if they are recovering. */
  readonly untilMs?: number;
}

/** A quota is one model's affair; these kinds may be the whole region's. */
const REGIONAL_KINDS: readonly TargetFailureKind[] = ['capacity', 'fault', 'timeout', 'network'];

/**
 * The targets taken out because their region is unhealthy: targets of at least two models, and at
 * least half of its targets, are open or recovering for a regional kind. Most incidents hit one
 * model, so one open circuit says nothing of its region. As the evidence is at least half of each
 * region, inference takes out at most half of all targets; circuits that are open on their own
 * evidence hold however many they are.
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
 * An open circuit past its `until` says nothing: nobody has looked since. A recovering one says as
 * much as it did when it was open, but only until its first call succeeds, and for a cooldown at
 * most: a lower tier that gets no traffic stays half-open for as long as the first tier serves.
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
