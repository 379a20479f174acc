import { type LifecycleFinding, NOTICE_DAYS } from '../../contract/lifecycle.ts';
import type { CatalogueEntry } from './model-catalogue.ts';

/** The lifecycle of a target's model. Times are milliseconds since the Unix epoch. */
export interface Lifecycle {
  readonly findings: readonly LifecycleFinding[];
  readonly legacyMs?: number;
  readonly endOfLifeMs?: number;
  /** Days until the end of life. Negative after the end of life; absent if no date is set. */
  readonly daysLeft?: number;
}

/** The findings of the last check, by target key. */
export interface LifecycleRecord {
  readonly checkedAtMs: number;
  readonly targets: Readonly<Record<string, Lifecycle>>;
}

export interface LifecycleStore {
  /** Returns `undefined` before the first check. */
  load(): Promise<LifecycleRecord | undefined>;
  save(record: LifecycleRecord): Promise<void>;
}

export function lifecycleOf(entry: CatalogueEntry, nowMs: number): Lifecycle {
  if (entry.outcome !== 'found') return { findings: [entry.outcome] };
  const { status, isProfileActive, legacyMs, endOfLifeMs } = entry;
  const daysLeft = endOfLifeMs === undefined ? undefined : (endOfLifeMs - nowMs) / DAY_MS;
  const findings: LifecycleFinding[] = [];
  if (status === 'LEGACY') findings.push('legacy');
  if (daysLeft !== undefined && daysLeft <= NOTICE_DAYS) {
    findings.push(daysLeft > 0 ? 'ends-soon' : 'ended');
  }
  if (!isProfileActive) findings.push('inactive');
  return {
    findings,
    ...(legacyMs !== undefined && { legacyMs }),
    ...(endOfLifeMs !== undefined && { endOfLifeMs }),
    ...(daysLeft !== undefined && { daysLeft: Math.round(daysLeft * 10) / 10 }),
  };
}

const DAY_MS = 86_400_000;
