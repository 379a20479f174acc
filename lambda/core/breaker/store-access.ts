import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Clock, Random } from '../clock.ts';
import { type CircuitStore, CircuitStoreError } from './circuit-store.ts';
import type { CircuitEvent } from './events.ts';
import { timingOf } from './timing.ts';

/** One sandbox, with its own clock and its own copy of the settings. */
export interface Worker {
  /** Read with every call, because settings may change while the worker runs. */
  readonly policy: () => BreakerPolicy;
  readonly clock: Clock;
  readonly random: Random;
  /** Identifies this worker in the records. Unique among all workers, past ones included. */
  readonly workerId: string;
  readonly on: (event: CircuitEvent) => void;
}

export interface Stores {
  /** The store that all workers share. */
  readonly shared: CircuitStore;
  /** Makes an empty store for this worker alone, used while the shared one is lost. */
  readonly newPrivate: () => CircuitStore;
}

/** A record as one worker read it. */
export interface StoreRead {
  readonly record: unknown;
  readonly store: CircuitStore;
  /** When the read began, by this worker's clock: the record is at least this recent. */
  readonly askedAtMs: number;
  /** Grows with each read and save of this worker. */
  readonly order: number;
}

/**
 * One worker's access to the circuits: the shared store or, while that is lost, a private store with
 * the same rules. It also estimates the shared store's clock, by which all shared times are given.
 */
export class StoreAccess {
  readonly #stores: Stores;
  readonly #worker: Worker;
  #offsetMs = 0;
  /** The smoothed duration of a load. */
  #loadMs = 0;
  #order = 0;
  #lostResponses = 0;
  #private: CircuitStore | undefined;
  #retrySharedAtMs = 0;
  #reportedLossAtMs = Number.NEGATIVE_INFINITY;
  #reportedSkewAtMs = Number.NEGATIVE_INFINITY;

  constructor(stores: Stores, worker: Worker) {
    this.#stores = stores;
    this.#worker = worker;
  }

  /** The store in use: the shared one or, while that is lost, the private one. */
  get current(): CircuitStore {
    return this.#private ?? this.#stores.shared;
  }

  /** The shared store's time in whole milliseconds since the epoch. */
  nowMs(): number {
    return Math.round(this.#worker.clock.now() + this.#offsetMs);
  }

  /**
   * Waits a random time, so that workers do not write the same record at the same instant. A load
   * that overlaps another worker's save leads to a failed write, so the wait grows with the store's
   * latency.
   */
  async waitWithJitter(round = 1): Promise<void> {
    const { clock, random, policy } = this.#worker;
    const { claimJitterMs, claimJitterMaxMs } = timingOf(policy());
    const widthMs = Math.min(LOADS_PER_WAIT * this.#loadMs, claimJitterMaxMs);
    const ms = random() * round * Math.max(claimJitterMs, widthMs);
    if (ms > 0) await clock.sleep(ms);
  }

  nextOrder(): number {
    this.#order++;
    return this.#order;
  }

  isPrivate(store: CircuitStore): boolean {
    return store !== this.#stores.shared;
  }

  /** Reads the shared store or, while that is lost, the private one. Never throws for a lost store. */
  async load(key: string): Promise<StoreRead> {
    if (!this.#private || this.#worker.clock.now() >= this.#retrySharedAtMs) {
      try {
        const read = await this.loadShared(key);
        this.#adoptShared();
        return read;
      } catch (error) {
        this.adoptPrivate(error);
      }
    }
    return this.loadFrom(this.current, key);
  }

  loadShared(key: string): Promise<StoreRead> {
    return this.loadFrom(this.#stores.shared, key);
  }

  async loadFrom(store: CircuitStore, key: string): Promise<StoreRead> {
    const { clock } = this.#worker;
    const order = this.nextOrder();
    const askedAtMs = clock.now();
    const { record, storeTime } = await this.retryRefused(() => store.load(key));
    this.#loadMs += (clock.now() - askedAtMs - this.#loadMs) / SMOOTHING;
    if (!this.isPrivate(store)) {
      const least = storeTime.earliestMs - clock.now();
      const most = storeTime.latestMs - askedAtMs;
      // The offset closest to 0 that the response allows.
      this.#offsetMs = Math.min(Math.max(0, least), most);
    }
    return { record, store, askedAtMs, order };
  }

  /** Retries an operation that the store refused. An operation whose response is lost is not retried. */
  async retryRefused<Result>(operation: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await operation();
        this.#lostResponses = 0;
        return result;
      } catch (error) {
        const wasRefused = error instanceof CircuitStoreError && error.applied === 'no';
        if (!wasRefused || attempt === MAX_ATTEMPTS) throw error;
      }
      await this.waitWithJitter(attempt);
    }
  }

  /** Counts a lost response. After two in a row, the store counts as lost. */
  noteLostResponse(error: unknown): void {
    this.#lostResponses++;
    if (this.#lostResponses > 1) this.adoptPrivate(error);
  }

  /** Continues on a private store, and reports the loss once per cooldown. Tries again later. */
  adoptPrivate(error: unknown): void {
    const { clock, policy, on } = this.#worker;
    const timing = timingOf(policy());
    const atMs = clock.now();
    this.#private ??= this.#stores.newPrivate();
    this.#retrySharedAtMs = atMs + timing.recheckMs;
    if (atMs - this.#reportedLossAtMs < timing.cooldownMs) return;
    this.#reportedLossAtMs = atMs;
    on({ type: 'degraded', error: describe(error), atMs });
  }

  /** True if this worker's clock is too far off to change shared state. Reports it once per cooldown. */
  isSkewed(store: CircuitStore): boolean {
    const { clock, policy, on } = this.#worker;
    const { skewLimitMs, cooldownMs } = timingOf(policy());
    if (this.isPrivate(store) || Math.abs(this.#offsetMs) <= skewLimitMs) return false;
    const atMs = clock.now();
    if (atMs - this.#reportedSkewAtMs >= cooldownMs) {
      this.#reportedSkewAtMs = atMs;
      on({ type: 'skewed', offsetMs: this.#offsetMs, atMs });
    }
    return true;
  }

  #adoptShared(): void {
    if (!this.#private) return;
    this.#private = undefined;
    this.#worker.on({ type: 'restored', atMs: this.#worker.clock.now() });
  }
}

const MAX_ATTEMPTS = 3;

/** With this factor, fifty workers that race through a recovery lose at most 60 writes. */
const LOADS_PER_WAIT = 40;

/** After about this many loads, the smoothed duration has followed a change. */
const SMOOTHING = 4;

/** Returns a store error's message, or another error's name, because its text may quote keys. */
function describe(error: unknown): string {
  if (error instanceof CircuitStoreError) return error.message;
  return error instanceof Error ? error.name : 'unknown';
}
