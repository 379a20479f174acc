import type { OverridesView } from './overrides-view.ts';
import type { StoreAccess, Worker } from './store-access.ts';

/** Everything that the parts of one worker's breaker share. */
export interface WorkerContext extends Worker {
  readonly access: StoreAccess;
  readonly overrides: OverridesView;
}
