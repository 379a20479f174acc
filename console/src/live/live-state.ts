import type { Snapshot } from '../../contract/snapshot.ts';

/** What the page knows, and whether it still hears from the server. Times are in ms since the epoch. */
export interface LiveState {
  /** Absent until the first one arrived. */
  readonly snapshot?: Snapshot;
  /** The time at which the server was last heard. */
  readonly heardAtMs?: number;
  /** Set while the server does not answer as it should. */
  readonly lost?: { readonly sinceMs: number; readonly reason: string };
}

export function heard(snapshot: Snapshot, nowMs: number): LiveState {
  return { snapshot, heardAtMs: nowMs };
}

/** Keeps the last snapshot, and the time since when the connection is lost. */
export function lost(state: LiveState, reason: string, nowMs: number): LiveState {
  return { ...state, lost: { sinceMs: state.lost?.sinceMs ?? nowMs, reason } };
}

/** The age of a part of the snapshot. */
export interface Age {
  readonly ms: number;
  /** The part is so old that something is wrong. */
  readonly isStale: boolean;
}

/** A part is stale when about three reads in a row are missing. */
const MISSED_READS = 3;
const SHORTEST_LIMIT_MS = 6_000;
/** CloudWatch has the series of a deployed stack; they are read about once a minute. */
const SERIES_LIMIT_MS = 180_000;

/** Returns the age of the health, which is read most often. Undefined until it was read. */
export function healthAge({ snapshot }: LiveState, nowMs: number): Age | undefined {
  if (!snapshot?.health) return undefined;
  return ageOf(snapshot.health.at, limitOf(snapshot), nowMs);
}

export function seriesAge({ snapshot }: LiveState, nowMs: number): Age | undefined {
  if (!snapshot?.series) return undefined;
  const isLocal = snapshot.instance.kind === 'laptop';
  return ageOf(snapshot.series.at, isLocal ? limitOf(snapshot) : SERIES_LIMIT_MS, nowMs);
}

function limitOf({ instance }: Snapshot): number {
  return Math.max(SHORTEST_LIMIT_MS, MISSED_READS * instance.pollSeconds * 1000);
}

function ageOf(at: string, limitMs: number, nowMs: number): Age {
  const ms = Math.max(0, nowMs - Date.parse(at));
  return { ms, isStale: ms > limitMs };
}
