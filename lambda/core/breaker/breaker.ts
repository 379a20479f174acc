import type { BreakerPolicy } from '../../contract/policy.ts';
import type { OverrideScope } from '../../contract/words.ts';
import type { Admission, CallRequest, CircuitGate } from './admission.ts';
import type { CircuitStore } from './circuit-store.ts';
import type { CircuitEvent } from './events.ts';
import { admittedShare } from './known-capacity.ts';
import { LocalCircuit } from './local-circuit.ts';
import { type ScopesOf, scopeName, scopesOfTarget } from './override-scopes.ts';
import type { Override, Overrides } from './overrides.ts';
import { OverridesView } from './overrides-view.ts';
import { StoreAccess, type Worker } from './store-access.ts';
import { type CircuitSummary, summaryOf } from './summary.ts';
import { timingOf } from './timing.ts';
import type { RecentCalls } from './window-figures.ts';
import type { WorkerContext } from './worker-context.ts';

export interface BreakerOptions extends Omit<Worker, 'on'> {
  /** The store that all workers share. */
  readonly store: CircuitStore;
  /** Creates the store that only this worker uses while the shared store is unavailable. */
  readonly newPrivateStore: () => CircuitStore;
  /**
   * Receives an event for each change that this worker makes to a circuit, and for each problem
   * that it has with the store or its clock.
   * @default no listener
   */
  readonly on?: (event: CircuitEvent) => void;
  /** The override scopes of a circuit. @default derived from keys `<region>/<modelId>` */
  readonly scopesOf?: ScopesOf;
}

/**
 * The circuit breaker of one worker. Workers share their circuits through the store. If the
 * worker's copy of a closed circuit is recent enough, `admit` needs no I/O and returns a value, not
 * a promise.
 */
export class Breaker implements CircuitGate {
  readonly #options: BreakerOptions;
  readonly #context: WorkerContext;
  readonly #circuits = new Map<string, LocalCircuit>();

  /** `context` is given only by `sibling`. */
  constructor(options: BreakerOptions, context: WorkerContext = contextOf(options)) {
    this.#options = options;
    this.#context = context;
  }

  /**
   * Returns a breaker for other circuits of the same worker, with a policy of its own. Both share
   * the access to the store and the copy of the overrides.
   */
  sibling(policy: () => BreakerPolicy): Breaker {
    return new Breaker(this.#options, { ...this.#context, policy });
  }

  admit(key: string, call?: CallRequest): Admission | Promise<Admission> {
    const { clock, policy, overrides } = this.#context;
    const circuit = this.#circuit(key);
    const nowMs = clock.now();
    const timing = timingOf(policy());
    const view = overrides.isFresh(nowMs, timing) ? circuit.freshView(nowMs, timing) : undefined;
    return view ? circuit.admit(view, call, nowMs) : this.#refreshAndAdmit(circuit, call);
  }

  lastServedAtMs(key: string): Promise<number | undefined> {
    return this.#circuit(key).lastServedAtMs();
  }

  /** Returns the override of a circuit, as this worker last read it. */
  overrideOf(key: string): Override | undefined {
    const { access, overrides } = this.#context;
    return overrides.inForce(key, access.nowMs());
  }

  async summaries(keys: readonly string[]): Promise<readonly CircuitSummary[]> {
    const { access, overrides, policy } = this.#context;
    const circuits = keys.map((key) => this.#circuit(key));
    const views = await Promise.all(circuits.map((circuit) => this.#refresh(circuit)));
    const nowMs = access.nowMs();
    return keys.map((key, i) => {
      const circuit = views[i]?.circuit;
      const share = circuit && admittedShare(circuit, nowMs, policy());
      return summaryOf(key, circuit, overrides.inForce(key, nowMs), share);
    });
  }

  /** Reads the overrides again, because their copy may be 5 s old, and returns the summaries. */
  async inspect(keys: readonly string[]): Promise<readonly CircuitSummary[]> {
    await this.#context.overrides.refresh();
    return this.summaries(keys);
  }

  /**
   * Returns the calls of each circuit's last window. A window belongs to one epoch, so a circuit
   * that has just changed its state has no calls. Leaves out circuits whose window cannot be read.
   */
  async recent(keys: readonly string[]): Promise<readonly RecentCalls[]> {
    const windows = await Promise.all(keys.map((key) => this.#circuit(key).recent()));
    return windows.filter((calls) => calls !== undefined);
  }

  async restart(key: string, atMs: number): Promise<void> {
    await this.#circuit(key).restart(atMs);
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#circuits.values()].map((circuit) => circuit.flush()));
  }

  /**
   * Sets an override, which all workers apply within 5 s. Returns the override that was in force
   * before, if any. Throws if the store is unavailable.
   */
  override(scope: OverrideScope, key: string, override: Override): Promise<Override | undefined> {
    return this.#context.overrides.change(scopeName(scope, key), override);
  }

  /**
   * Lifts an override and returns it, or returns `undefined` if none was in force. Throws if the
   * store is unavailable.
   */
  liftOverride(scope: OverrideScope, key: string): Promise<Override | undefined> {
    return this.#context.overrides.change(scopeName(scope, key), undefined);
  }

  async overrides(): Promise<Overrides> {
    const { overrides } = this.#context;
    await overrides.refresh();
    return overrides.all();
  }

  async #refreshAndAdmit(circuit: LocalCircuit, call?: CallRequest): Promise<Admission> {
    const view = await this.#refresh(circuit);
    return circuit.admit(view, call, this.#context.clock.now());
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

function contextOf(options: BreakerOptions): WorkerContext {
  const { policy, clock, random, workerId, on = () => undefined } = options;
  const worker: Worker = { policy, clock, random, workerId, on };
  const stores = { shared: options.store, newPrivate: options.newPrivateStore };
  const access = new StoreAccess(stores, worker);
  const overrides = new OverridesView(access, options.scopesOf ?? scopesOfTarget, on);
  return { ...worker, access, overrides };
}
