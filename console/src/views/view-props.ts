import type { Instance, Snapshot } from '../../contract/snapshot.ts';
import type { ConsoleApi } from '../api.ts';

/** What every view gets. */
export interface ViewProps {
  readonly snapshot: Snapshot;
  readonly instance: Instance;
  readonly api: ConsoleApi;
  /** The present time, in milliseconds since the Unix epoch. It advances once a second. */
  readonly nowMs: number;
}
