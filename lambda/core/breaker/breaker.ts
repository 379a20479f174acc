import type { BreakerPolicy } from '../../contract/policy.ts';
import type { OverrideScope } from '../../contract/words.ts';
import type { Clock, Random } from '../clock.ts';
import type { Admission, CircuitGate, CircuitSummary } from './admission.ts';
import type { CircuitStore } from './circuit-store.ts';
import { type Classification, classifyByStatus } from './classify.ts';
import type { CircuitEvent } from './events.ts';
import { type CircuitInspection, inspectionOf } from './inspection.ts';
import { LocalCircuit, type LocalCircuitOptions } from './local-circuit.ts';
import { type ScopesOf, scopeName, scopesOfTarget } from './override-scopes.ts';
import type { Override, Overrides } from './overrides.ts';
import { OverridesView } from './overrides-view.ts';
import type { Passage } from './passage.ts';
import { StoreAccess } from './store-access.ts';
import { summaryOf } from './summary.ts';
import { timingOf } from './timing.ts';

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
  /** What an error says of the target, for calls by `pass`. @default by HTTP status */
  readonly classify?: (error: unknown) => Classification;
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
    this.#overrides = new OverridesView({ access, scopesOf, on });
    const { workerId, classify = classifyByStatus } = options;
    const overrides = this.#overrides;
    this.#options = { access, overrides, policy, clock, random, workerId, classify, on };
  }

  admit(key: string, subject?: string): Admission | Promise<Admission> {
    const { clock, policy } = this.#options;
    const circuit = this.#circuit(key);
    const nowMs = clock.now();
    const timing = timingOf(policy());
    const { view } = circuit;
    if (view && circuit.isFresh(nowMs, timing) && this.#overrides.isFresh(nowMs, timing)) {
      return circuit.admit(view, subject);
    }
    return this.#refreshAndAdmit(circuit, subject);
  }

  /** The short way of a call that needs no decision and no I/O; `undefined`: ask `admit`. */
  pass(key: string): Passage | undefined {
    const { clock, policy } = this.#options;
    const nowMs = clock.now();
    const timing = timingOf(policy());
    if (timing.isSlowRuleOn || !this.#overrides.isFresh(nowMs, timing)) return undefined;
    return this.#circuits.get(key)?.pass(nowMs, timing);
  }

  async summaries(keys: readonly string[]): Promise<readonly CircuitSummary[]> {
    const circuits = keys.map((key) => this.#circuit(key));
    await Promise.all(circuits.map((circuit) => this.#refresh(circuit)));
    const { access } = this.#options;
    return circuits.map(({ key, view }) =>
      summaryOf(key, view?.circuit, this.#overrides.of(key, access.nowMs())),
    );
  }

  async restart(key: string, atMs: number): Promise<void> {
    await this.#circuit(key).restart(atMs);
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#circuits.values()].map((circuit) => circuit.flush()));
  }

  /** What operators see; the overrides are read anew. */
  async inspect(keys: readonly string[]): Promise<readonly CircuitInspection[]> {
    const circuits = keys.map((key) => this.#circuit(key));
    await this.#overrides.refresh();
    await Promise.all(circuits.map((circuit) => this.#refresh(circuit)));
    const nowMs = this.#options.access.nowMs();
    return circuits.map(({ key, view }) =>
      inspectionOf(key, view?.circuit, this.#overrides.inForce(key, nowMs)),
    );
  }

  /**
   * Puts an override in force for all workers, within 5 s, and gives the one that it replaces. Throws
   * when the store is lost.
   */
  override(scope: OverrideScope, key: string, override: Override): Promise<Override | undefined> {
    return this.#overrides.change(scopeName(scope, key), override);
  }

  /** Gives what was lifted; nothing when none was in force. Throws when the store is lost. */
  liftOverride(scope: OverrideScope, key: string): Promise<Override | undefined> {
    return this.#overrides.change(scopeName(scope, key), undefined);
  }

  async overrides(): Promise<Overrides> {
    await this.#overrides.refresh();
    return this.#overrides.all();
  }

  async #refreshAndAdmit(circuit: LocalCircuit, subject?: string): Promise<Admission> {
    return circuit.admit(await this.#refresh(circuit), subject);
  }

  async #refresh(circuit: LocalCircuit) {
    const { clock, policy } = this.#options;
    const nowMs = clock.now();
    const timing = timingOf(policy());
    const { view } = circuit;
    const isFresh = view !== undefined && circuit.isFresh(nowMs, timing);
    if (this.#overrides.isFresh(nowMs, timing)) return isFresh ? view : circuit.refresh();
    const reading = this.#overrides.refresh();
    const latest = isFresh ? view : await circuit.refresh();
    const latestAtMs = isFresh ? view.askedAtMs : clock.now();
    await reading;
    // What a slow answer was waited with may have been overtaken meanwhile.
    return clock.now() - latestAtMs > timing.viewMaxAgeMs ? circuit.refresh() : latest;
  }

  #circuit(key: string): LocalCircuit {
    let circuit = this.#circuits.get(key);
    if (!circuit) {
      if (key === '' || key.startsWith('#')) {
        throw new RangeError(`circuit key: got "${key}", allowed is a text that starts without #`);
      }
      circuit = new LocalCircuit(key, this.#options);
      this.#circuits.set(key, circuit);
    }
    return circuit;
  }
}
