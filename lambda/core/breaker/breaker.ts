import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Clock, Random } from '../clock.ts';
import type { Admission, CircuitGate, CircuitSummary } from './admission.ts';
import type { CircuitStore } from './circuit-store.ts';
import type { CircuitEvent } from './events.ts';
import { LocalCircuit, type LocalCircuitOptions } from './local-circuit.ts';
import {
  type Override,
  type OverrideScope,
  type Overrides,
  type ScopesOf,
  scopeName,
  scopesOfTarget,
} from './overrides.ts';
import { OverridesView } from './overrides-view.ts';
import { StoreAccess } from './store-access.ts';
import { summaryOf } from './summary.ts';

export interface BreakerOptions {
  /** Shared by all workers. */
  readonly store: CircuitStore;
  /** Asked with every call, so that settings may change while it runs. */
  readonly policy: () => BreakerPolicy;
  readonly clock: Clock;
  readonly random: Random;
  /** Names this worker in the records; no other one ever has the same. */
  readonly workerId: string;
  /** Learns of each change that this worker made, and of its trouble with the store. */
  readonly on?: (event: CircuitEvent) => void;
  /** The scopes of overrides that a circuit is in. @default from keys `<region>/<modelId>` */
  readonly scopesOf?: ScopesOf;
}

/**
 * The circuit breaker of one worker, sharing its circuits with all others through the store.
 * Admission by a fresh view of a closed circuit needs no I/O and answers at once.
 */
export class Breaker implements CircuitGate {
  readonly #options: LocalCircuitOptions;
  readonly #overrides: OverridesView;
  readonly #circuits = new Map<string, LocalCircuit>();

  constructor(options: BreakerOptions) {
    const { store, policy, clock, random, on = () => undefined } = options;
    const access = new StoreAccess({ store, policy, clock, random, on });
    const scopesOf = options.scopesOf ?? scopesOfTarget;
    this.#overrides = new OverridesView({ access, scopesOf, policy, clock, random, on });
    const { workerId } = options;
    this.#options = { access, overrides: this.#overrides, policy, clock, random, workerId, on };
  }

  admit(key: string, subject?: string): Admission | Promise<Admission> {
    const circuit = this.#circuit(key);
    const nowMs = this.#options.clock.now();
    const { view } = circuit;
    if (view && circuit.isFresh(nowMs) && this.#overrides.isFresh(nowMs)) {
      return circuit.admit(view, subject);
    }
    return this.#refreshAndAdmit(circuit, subject);
  }

  async summaries(keys: readonly string[]): Promise<readonly CircuitSummary[]> {
    const circuits = keys.map((key) => this.#circuit(key));
    await Promise.all(circuits.map((circuit) => this.#refresh(circuit)));
    const { access } = this.#options;
    return circuits.map(({ key, view }) =>
      summaryOf(key, view?.circuit, this.#overrides.of(key, access.nowMs())),
    );
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#circuits.values()].map((circuit) => circuit.flush()));
  }

  /** Puts an override in force for all workers, within 5 s. Throws when the store is lost. */
  async override(scope: OverrideScope, key: string, override: Override): Promise<void> {
    await this.#overrides.change(scopeName(scope, key), override);
  }

  async liftOverride(scope: OverrideScope, key: string): Promise<void> {
    await this.#overrides.change(scopeName(scope, key), undefined);
  }

  async overrides(): Promise<Overrides> {
    await this.#overrides.refresh();
    return this.#overrides.all();
  }

  async #refreshAndAdmit(circuit: LocalCircuit, subject?: string): Promise<Admission> {
    return circuit.admit(await this.#refresh(circuit), subject);
  }

  async #refresh(circuit: LocalCircuit) {
    const nowMs = this.#options.clock.now();
    const { view } = circuit;
    const [latest] = await Promise.all([
      view && circuit.isFresh(nowMs) ? view : circuit.refresh(),
      this.#overrides.isFresh(nowMs) ? undefined : this.#overrides.refresh(),
    ]);
    return latest;
  }

  #circuit(key: string): LocalCircuit {
    let circuit = this.#circuits.get(key);
    if (!circuit) {
      circuit = new LocalCircuit(key, this.#options);
      this.#circuits.set(key, circuit);
    }
    return circuit;
  }
}
