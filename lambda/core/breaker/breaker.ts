import type { OverrideScope } from '../../contract/words.ts';
import type { Admission, CircuitGate } from './admission.ts';
import type { CircuitStore } from './circuit-store.ts';
import type { CircuitEvent } from './events.ts';
import { LocalCircuit } from './local-circuit.ts';
import { type ScopesOf, scopeName, scopesOfTarget } from './override-scopes.ts';
import type { Override, Overrides } from './overrides.ts';
import { OverridesView } from './overrides-view.ts';
import { StoreAccess, type Worker } from './store-access.ts';
import { type CircuitSummary, summaryOf } from './summary.ts';
import { timingOf } from './timing.ts';
import type { WorkerContext } from './worker-context.ts';

export interface BreakerOptions extends Omit<Worker, 'on'> {
  /** The store that all workers share. */
  readonly store: CircuitStore;
  /** Makes the store that this worker uses alone while the shared one is lost. */
  readonly newPrivateStore: () => CircuitStore;
  /** Receives this worker's changes, and its problems with store and clock. @default no listener */
  readonly on?: (event: CircuitEvent) => void;
  /** The override scopes of a circuit. @default derived from keys `<region>/<modelId>` */
  readonly scopesOf?: ScopesOf;
}

/**
 * The circuit breaker of one worker. Workers share their circuits through the store. If a fresh
 * view shows that the circuit is closed, `admit` needs no I/O and returns no promise.
 */
export class Breaker implements CircuitGate {
  readonly #context: WorkerContext;
  readonly #circuits = new Map<string, LocalCircuit>();

  constructor(options: BreakerOptions) {
    const { policy, clock, random, workerId, on = () => undefined } = options;
    const worker: Worker = { policy, clock, random, workerId, on };
    const stores = { shared: options.store, newPrivate: options.newPrivateStore };
    const access = new StoreAccess(stores, worker);
    const overrides = new OverridesView(access, options.scopesOf ?? scopesOfTarget, on);
    this.#context = { ...worker, access, overrides };
  }

  admit(key: string, subject?: string): Admission | Promise<Admission> {
    const { clock, policy, overrides } = this.#context;
    const circuit = this.#circuit(key);
    const nowMs = clock.now();
    const timing = timingOf(policy());
    const view = overrides.isFresh(nowMs, timing) ? circuit.freshView(nowMs, timing) : undefined;
    return view ? circuit.admit(view, subject, nowMs) : this.#refreshAndAdmit(circuit, subject);
  }

  async summaries(keys: readonly string[]): Promise<readonly CircuitSummary[]> {
    const { access, overrides } = this.#context;
    const circuits = keys.map((key) => this.#circuit(key));
    const views = await Promise.all(circuits.map((circuit) => this.#refresh(circuit)));
    const nowMs = access.nowMs();
    return keys.map((key, i) => summaryOf(key, views[i]?.circuit, overrides.inForce(key, nowMs)));
  }

  /** Returns the summaries after a new read of the overrides, which may otherwise be 5 s old. */
  async inspect(keys: readonly string[]): Promise<readonly CircuitSummary[]> {
    await this.#context.overrides.refresh();
    return this.summaries(keys);
  }

  async restart(key: string, atMs: number): Promise<void> {
    await this.#circuit(key).restart(atMs);
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#circuits.values()].map((circuit) => circuit.flush()));
  }

  /**
   * Sets an override for all workers, which see it within 5 s. Returns the override that it replaces.
   * Throws if the store is lost.
   */
  override(scope: OverrideScope, key: string, override: Override): Promise<Override | undefined> {
    return this.#context.overrides.change(scopeName(scope, key), override);
  }

  /** Returns the lifted override, or `undefined` if none was in force. Throws if the store is lost. */
  liftOverride(scope: OverrideScope, key: string): Promise<Override | undefined> {
    return this.#context.overrides.change(scopeName(scope, key), undefined);
  }

  async overrides(): Promise<Overrides> {
    const { overrides } = this.#context;
    await overrides.refresh();
    return overrides.all();
  }

  async #refreshAndAdmit(circuit: LocalCircuit, subject?: string): Promise<Admission> {
    const view = await this.#refresh(circuit);
    return circuit.admit(view, subject, this.#context.clock.now());
  }

  async #refresh(circuit: LocalCircuit) {
    const { clock, policy, overrides } = this.#context;
    const nowMs = clock.now();
    const timing = timingOf(policy());
    const known = circuit.freshView(nowMs, timing);
    if (overrides.isFresh(nowMs, timing)) return known ?? circuit.refresh();
    const reading = overrides.refresh();
    const view = known ?? (await circuit.refresh());
    const viewAtMs = known ? known.askedAtMs : clock.now();
    await reading;
    // Reading the overrides may have taken so long that the view is stale again.
    return clock.now() - viewAtMs > timing.viewMaxAgeMs ? circuit.refresh() : view;
  }

  #circuit(key: string): LocalCircuit {
    let circuit = this.#circuits.get(key);
    if (!circuit) {
      if (key === '' || key.startsWith('#')) {
        throw new RangeError(
          `circuit key: got "${key}", allowed is a non-empty text that does not start with #`,
        );
      }
      circuit = new LocalCircuit(key, this.#context);
      this.#circuits.set(key, circuit);
    }
    return circuit;
  }
}
