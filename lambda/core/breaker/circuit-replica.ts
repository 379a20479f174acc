import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Clock, Random } from '../clock.ts';
import { ABSENT, type Circuit } from './circuit.ts';
import type { CircuitStore, Expected } from './circuit-store.ts';
import type { CircuitEvent } from './events.ts';
import { fromRecord, toRecord } from './record.ts';
import { isolated, quarantined } from './salvage.ts';
import type { Context, Step } from './step.ts';
import type { Sighting, StoreAccess } from './store-access.ts';
import { type Change, transition } from './transitions.ts';

/** The circuit as it was seen last. */
export interface View {
  readonly circuit: Circuit;
  /** What a save has to find. */
  readonly expected: Expected;
  readonly store: CircuitStore;
  /** By this worker's clock: the view is at least this recent. */
  readonly askedAtMs: number;
  readonly order: number;
}

export interface ReplicaOptions {
  readonly access: StoreAccess;
  readonly policy: () => BreakerPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly workerId: string;
  readonly on: (event: CircuitEvent) => void;
}

/** One worker's copy of a circuit's record: reads it and changes it, one change at a time. */
export class CircuitReplica {
  readonly #key: string;
  readonly #options: ReplicaOptions;
  #view: View | undefined;
  #reading: Promise<View> | undefined;
  /** A worker that raced itself could not tell its own lost answer from its other change. */
  #lastChange: Promise<unknown> = Promise.resolve();
  #unreadableSinceMs: number | undefined;

  constructor(key: string, options: ReplicaOptions) {
    this.#key = key;
    this.#options = options;
  }

  get view(): View | undefined {
    return this.#view;
  }

  /** Reads the record; callers at the same time share one read. */
  refresh(): Promise<View> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /**
   * Brings a change about, whoever else writes: the circuit that it led to, or that left nothing to
   * change. `undefined` when the store is lost or the time is up.
   */
  change(change: Change, store: CircuitStore, giveUpAtMs: number): Promise<Circuit | undefined> {
    const result = this.#lastChange.then(() => this.#write(change, store, giveUpAtMs));
    this.#lastChange = result.catch(() => undefined);
    return result;
  }

  async #read(): Promise<View> {
    try {
      const { access, policy } = this.#options;
      const sighting = await access.load(this.#key);
      const known = this.#view;
      const isFirstAlone = sighting.record === undefined && access.isPrivate(sighting.store);
      if (!isFirstAlone || !known || known.circuit.version === 0) return this.#see(sighting);
      const circuit = isolated(known.circuit, access.nowMs(), policy());
      await sighting.store.save(this.#key, toRecord(circuit), 'absent');
      return this.#adopt(circuit, sighting);
    } finally {
      this.#reading = undefined;
    }
  }

  async #write(
    change: Change,
    store: CircuitStore,
    giveUpAtMs: number,
  ): Promise<Circuit | undefined> {
    const { access, clock, on } = this.#options;
    let attempt: Attempt | undefined;
    let errors = 0;
    let isAnswerLost = false;
    for (let round = 1; round <= ROUNDS; round++) {
      try {
        const view = this.#see(await access.loadFrom(store, this.#key));
        if (attempt && isApplied(attempt, view.circuit)) {
          attempt.events.forEach(on);
          return view.circuit;
        }
        if (access.isSkewed(store)) return view.circuit;
        const step = transition(view.circuit, change, this.#context());
        if (step.circuit === view.circuit) return view.circuit;
        attempt = { ...step, before: view.circuit };
        isAnswerLost = false;
        if (await this.#save(step.circuit, view)) {
          step.events.forEach(on);
          return step.circuit;
        }
      } catch (error) {
        isAnswerLost = true;
        errors++;
        if (errors === ERRORS) {
          access.lost(error);
          return undefined;
        }
      }
      // Whoever gave up with an answer lost might leave a permit that nobody knows of.
      if (clock.now() >= giveUpAtMs && !isAnswerLost) return undefined;
      await access.spread(round);
    }
    return undefined;
  }

  async #save(circuit: Circuit, { store, expected }: View): Promise<boolean> {
    const { access, clock } = this.#options;
    const order = access.nextOrder();
    const askedAtMs = clock.now();
    const record = toRecord(circuit);
    const saved = await access.insist(() => store.save(this.#key, record, expected));
    if (saved) this.#adopt(circuit, { store, askedAtMs, order });
    return saved;
  }

  #context(): Context {
    const { access, policy, random, workerId } = this.#options;
    return {
      key: this.#key,
      nowMs: access.nowMs(),
      policy: policy(),
      writer: workerId,
      jitter: random(),
    };
  }

  #see(sighting: Sighting): View {
    const { access, policy, on } = this.#options;
    const { record } = sighting;
    const circuit = record === undefined ? ABSENT : fromRecord(record);
    if (circuit) {
      this.#unreadableSinceMs = undefined;
      return this.#adopt(circuit, sighting);
    }
    const nowMs = access.nowMs();
    if (this.#unreadableSinceMs === undefined) {
      this.#unreadableSinceMs = nowMs;
      on({ type: 'unreadable', key: this.#key, atMs: nowMs });
    }
    const salvaged = quarantined(record, this.#unreadableSinceMs, policy());
    return this.#adopt(salvaged, sighting, { raw: record });
  }

  /** Answers may come out of order: the view is the one that was asked for last. */
  #adopt(
    circuit: Circuit,
    { store, askedAtMs, order }: Pick<View, 'store' | 'askedAtMs' | 'order'>,
    expected: Expected = circuit.version === 0 ? 'absent' : { version: circuit.version },
  ): View {
    const view = { circuit, expected, store, askedAtMs, order };
    if (!this.#view || this.#view.order < order) this.#view = view;
    return view;
  }
}

interface Attempt extends Step {
  readonly before: Circuit;
}

const ROUNDS = 100;
const ERRORS = 3;

/**
 * Whether a save whose answer was lost, or was taken for a conflict, is what lies in the store:
 * the very record, or a later one of the epoch that this worker began with it.
 */
function isApplied({ before, circuit }: Attempt, found: Circuit): boolean {
  if (found.epoch !== circuit.epoch) return false;
  if (circuit.epoch !== before.epoch && found.writer === circuit.writer) return true;
  return JSON.stringify(toRecord(found)) === JSON.stringify(toRecord(circuit));
}
