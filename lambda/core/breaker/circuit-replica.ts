import { ABSENT, type Circuit, type Step, type StepContext } from './circuit.ts';
import type { CircuitStore, Expected } from './circuit-store.ts';
import { circuitWithoutStore, fromRecord, toRecord, unreadableCircuit } from './record.ts';
import type { StoreRead } from './store-access.ts';
import { type CircuitAction, transition } from './transition.ts';
import type { WorkerContext } from './worker-context.ts';

/** The circuit as this worker last saw it. */
export interface View {
  readonly circuit: Circuit;
  /** The record that must be stored for the next save to succeed. */
  readonly expected: Expected;
  readonly store: CircuitStore;
  /** The start of the read or save, by this worker's clock. The view is at least this recent. */
  readonly askedAtMs: number;
  readonly order: number;
}

/** One worker's copy of a circuit's record. Reads and changes the record, one change at a time. */
export class CircuitReplica {
  readonly #key: string;
  readonly #context: WorkerContext;
  #view: View | undefined;
  #reading: Promise<View> | undefined;
  /**
   * Changes run one after the other. If two changes overlapped and a response was lost, the worker
   * could not tell which of them was saved.
   */
  #lastChange: Promise<unknown> = Promise.resolve();
  #unreadableSinceMs: number | undefined;

  constructor(key: string, context: WorkerContext) {
    this.#key = key;
    this.#context = context;
  }

  get view(): View | undefined {
    return this.#view;
  }

  /** Reads the record. Concurrent callers share one read. */
  refresh(): Promise<View> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /**
   * Applies the action to the stored record, and tries again if another worker changes the record
   * at the same time. Returns the resulting circuit, or the current circuit if the action changes
   * nothing. Returns `undefined` if the store is unavailable or the time is up.
   */
  change(
    action: CircuitAction,
    store: CircuitStore,
    giveUpAtMs: number,
  ): Promise<Circuit | undefined> {
    const result = this.#lastChange.then(() => this.#write(action, store, giveUpAtMs));
    this.#lastChange = result.catch(() => undefined);
    return result;
  }

  async #read(): Promise<View> {
    try {
      const { access, policy } = this.#context;
      const read = await access.load(this.#key);
      const known = this.#view;
      const isNewOnPrivate = read.record === undefined && access.isPrivate(read.store);
      if (!isNewOnPrivate || !known || known.circuit.version === 0) return this.#adoptRead(read);
      const circuit = circuitWithoutStore(known.circuit, access.nowMs(), policy());
      await read.store.save(this.#key, toRecord(circuit), 'absent');
      return this.#adopt(circuit, read);
    } finally {
      this.#reading = undefined;
    }
  }

  async #write(
    action: CircuitAction,
    store: CircuitStore,
    giveUpAtMs: number,
  ): Promise<Circuit | undefined> {
    const { access, clock, on } = this.#context;
    let attempt: Attempt | undefined;
    let errors = 0;
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      try {
        const view = this.#adoptRead(await access.loadFrom(store, this.#key));
        if (attempt && isApplied(attempt, view.circuit)) {
          attempt.events.forEach(on);
          return view.circuit;
        }
        if (access.isSkewed(store)) return view.circuit;
        const step = transition(view.circuit, action, this.#stepContext());
        if (step.circuit === view.circuit) return view.circuit;
        attempt = { ...step, before: view.circuit };
        if (await this.#save(step.circuit, view)) {
          step.events.forEach(on);
          return step.circuit;
        }
        if (clock.now() >= giveUpAtMs) return undefined;
      } catch (error) {
        // Giving up after a lost response might leave a permit in the record that no caller holds.
        errors++;
        if (errors === MAX_ERRORS) {
          access.adoptPrivate(error);
          return undefined;
        }
      }
      await access.waitWithJitter(round);
    }
    return undefined;
  }

  async #save(circuit: Circuit, { store, expected }: View): Promise<boolean> {
    const { access, clock } = this.#context;
    const order = access.nextOrder();
    const askedAtMs = clock.now();
    const record = toRecord(circuit);
    const saved = await access.retryRefused(() => store.save(this.#key, record, expected));
    if (saved) this.#adopt(circuit, { store, askedAtMs, order });
    return saved;
  }

  #stepContext(): StepContext {
    const { access, policy, random, workerId } = this.#context;
    return {
      key: this.#key,
      nowMs: access.nowMs(),
      policy: policy(),
      writer: workerId,
      jitter: random(),
    };
  }

  #adoptRead(read: StoreRead): View {
    const { access, policy, on } = this.#context;
    const { record } = read;
    const circuit = record === undefined ? ABSENT : fromRecord(record);
    if (circuit) {
      this.#unreadableSinceMs = undefined;
      return this.#adopt(circuit, read);
    }
    const nowMs = access.nowMs();
    if (this.#unreadableSinceMs === undefined) {
      this.#unreadableSinceMs = nowMs;
      on({ type: 'unreadable', key: this.#key, atMs: nowMs });
    }
    const substitute = unreadableCircuit(record, this.#unreadableSinceMs, policy());
    return this.#adopt(substitute, read, { raw: record });
  }

  /** Keeps the view of the latest request, because responses may arrive out of order. */
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

const MAX_ROUNDS = 100;
const MAX_ERRORS = 3;

/**
 * Returns true if the attempt was saved, although its response was lost or looked like a conflict.
 * In this case, the store holds the attempt's record or a later record of the epoch that the
 * attempt began.
 */
function isApplied({ before, circuit }: Attempt, found: Circuit): boolean {
  if (found.epoch !== circuit.epoch) return false;
  if (circuit.epoch !== before.epoch && found.writer === circuit.writer) return true;
  return JSON.stringify(toRecord(found)) === JSON.stringify(toRecord(circuit));
}
