import type { BreakerPolicy } from '../../lambda/contract/policy.ts';
import type { CircuitEvent } from '../../lambda/core/breaker/events.ts';
import { scopesOfTarget } from '../../lambda/core/breaker/override-scopes.ts';
import { OverridesView } from '../../lambda/core/breaker/overrides-view.ts';
import { StoreAccess } from '../../lambda/core/breaker/store-access.ts';
import type { WorkerContext } from '../../lambda/core/breaker/worker-context.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { aPolicy } from './fleet.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { WatchedStore } from './watched-store.ts';

/** Everything that the parts of a breaker share, for tests of one part. No random wait takes time. */
export function aWorkerContext(
  workerId: string,
  clock: VirtualClock,
  shared: WatchedStore,
  events: CircuitEvent[] = [],
  changes: Partial<BreakerPolicy> = {},
): WorkerContext {
  const policy = aPolicy(changes);
  const on = (event: CircuitEvent) => void events.push(event);
  const worker = { policy: () => policy, clock, random: () => 0, workerId, on };
  const newPrivate = () => new MemoryCircuitStore(() => clock.now());
  const access = new StoreAccess({ shared, newPrivate }, worker);
  return { ...worker, access, overrides: new OverridesView(access, scopesOfTarget, on) };
}
