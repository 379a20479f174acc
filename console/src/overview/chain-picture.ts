import type { Chain, Snapshot } from '../../contract/snapshot.ts';
import type { Quota, TargetHealth } from '../views/operators/health-words.ts';
import { type CallCounts, recentCalls } from './recent-traffic.ts';

/** One target in the picture of a chain. */
export interface PictureRow {
  readonly target: string;
  readonly tier: string;
  /** The first target of its tier shows the tier's name. */
  readonly isFirstOfTier: boolean;
  /** Absent until the health was read. */
  readonly health?: TargetHealth;
  /** The quota of its calls. */
  readonly quota?: Quota;
  /** The calls of the last minute, by all chains that have the target. */
  readonly calls: CallCounts;
  /** Widths of lines in pixels: what arrives at the row, what goes to its target, what passes on. */
  readonly arrives: number;
  readonly branch: number;
  readonly passes: number;
}

export interface Picture {
  readonly chain: string;
  readonly status: 'healthy' | 'degraded' | 'unhealthy' | undefined;
  readonly rows: readonly PictureRow[];
}

const WIDEST_PX = 16;
const THINNEST_PX = 2;

/**
 * Draws the chains, worst first. All of them share one scale, so that lines can be compared: the chain
 * with the most calls has the widest line.
 */
export function picturesOf(snapshot: Snapshot, chains: readonly Chain[]): readonly Picture[] {
  const counted = chains.map((chain) => ({ chain, calls: callsOf(snapshot, chain) }));
  const most = Math.max(1, ...counted.map(({ calls }) => total(calls)));
  const widthOf = (calls: number) =>
    calls === 0 ? 0 : THINNEST_PX + ((WIDEST_PX - THINNEST_PX) * calls) / most;
  const rank = ['unhealthy', 'degraded', 'healthy', undefined];
  return counted
    .map(({ chain, calls }) => pictureOf(snapshot, chain, calls, widthOf))
    .toSorted((a, b) => rank.indexOf(a.status) - rank.indexOf(b.status));
}

function pictureOf(
  { health }: Snapshot,
  { chain, tiers }: Chain,
  calls: readonly CallCounts[],
  widthOf: (calls: number) => number,
): Picture {
  const targets = tiers.flatMap(({ tier, targets: its }) =>
    its.map(({ target }, index) => ({ tier, target, isFirstOfTier: index === 0 })),
  );
  const rows = targets.map((row, index): PictureRow => {
    const own = calls[index] ?? NO_CALLS;
    const found = health?.value.targets.find(({ target }) => target === row.target);
    const quota = health?.value.quotas.find(({ targets }) => targets.includes(row.target));
    return {
      ...row,
      ...(quota && { quota }),
      ...(found && { health: found }),
      calls: own,
      arrives: widthOf(total(calls.slice(index))),
      branch: widthOf(total([own])),
      passes: widthOf(total(calls.slice(index + 1))),
    };
  });
  const status = health?.value.chains.find((each) => each.chain === chain)?.status;
  return { chain, status, rows };
}

const NO_CALLS: CallCounts = { answered: 0, failed: 0, throttled: 0, skipped: 0 };

function callsOf({ series, health }: Snapshot, { tiers }: Chain): readonly CallCounts[] {
  return tiers
    .flatMap(({ targets }) => targets)
    .map(({ target }) => {
      // Without series, the health has the calls of the circuit's window.
      const recent = health?.value.targets.find((each) => each.target === target)?.recent;
      const failed = Object.values(recent?.failures ?? {}).reduce((a, b) => a + b, 0);
      const window = { ...NO_CALLS, answered: (recent?.calls ?? 0) - failed, failed };
      return recentCalls(series?.value, target) ?? window;
    });
}

/** Sums the calls that were made. A skipped target was not called. */
function total(counts: readonly CallCounts[]): number {
  return counts.reduce(
    (sum, { answered, failed, throttled }) => sum + answered + failed + throttled,
    0,
  );
}
