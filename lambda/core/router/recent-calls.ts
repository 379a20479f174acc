import type { TargetFailureKind } from '../../contract/words.ts';

/** The calls of one target in the current window, as all workers counted them. */
export interface RecentCalls {
  readonly key: string;
  readonly calls: number;
  readonly failures: Readonly<Partial<Record<TargetFailureKind, number>>>;
  /** Milliseconds to the first content token. Absent if no call had one. */
  readonly meanFirstTokenMs?: number;
}
