import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Clock, Random } from '../clock.ts';
import { type CircuitStore, CircuitStoreError } from './circuit-store.ts';
import type { CircuitEvent } from './events.ts';
import { timingOf } from './timing.ts';

/** One Lambda sandbox or process, with its own clock and its own copy of the settings. */
export interface Worker {
  /**
   * Returns the policy in force. It is read for each call, because settings may change while the
   * worker runs.
   */
  readonly policy: () => BreakerPolicy;
  readonly clock: Clock;
  readonly random: Random;
  /** Identifies this worker in the records. No other worker, past or present, has this id. */
  readonly workerId: string;
  readonly on: (event: CircuitEvent) => void;
}

export interface Stores {
  /** The store that all workers share. */
  readonly shared: CircuitStore;
  /** Creates an empty store that only this worker uses while the shared store is unavailable. */
  readonly newPrivate: () => CircuitStore;
}

/** A record as one worker read it. */
export interface StoreRead {
  readonly record: unknown;
  readonly store: CircuitStore;
  /** The start of the read, by this worker's clock. The record is at least this recent. */
  readonly askedAtMs: number;
  /** The number of this read. Each read and each save of a worker gets a higher number. */
  readonly order: number;
}

/**
 * Gives one worker access to the circuits: in the shared store or, while that is unavailable, in a
 * private store that follows the same rules. Also estimates the time of the shared store's clock,
 * because all shared times refer to that clock.
 */
export class StoreAccess {
  readonly #stores: Stores;
  readonly #worker: Worker;
  #offsetMs = 0;
  /** The duration of a load, averaged over the latest loads. */
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

  /** The store in use: the shared one or, while that is unavailable, the private one. */
  get current(): CircuitStore {
    return this.#private ?? this.#stores.shared;
  }

  /** Returns the estimated time of the shared store, in whole milliseconds since the Unix epoch. */
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

  /**
   * Reads a record from the shared store. If that store is unavailable, reads the private store
   * instead of throwing.
   */
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
      // Uses the offset closest to 0 that the response allows.
      this.#offsetMs = Math.min(Math.max(0, least), most);
    }
    return { record, store, askedAtMs, order };
  }

  /**
   * Runs an operation, and retries it if the store refuses it. An operation whose response is lost
   * is not retried, because the store may have applied it.
   */
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

  /**
   * Records a lost response. After two in a row, the worker treats the store as unavailable and
   * continues on a private store.
   */
  noteLostResponse(error: unknown): void {
    this.#lostResponses++;
    if (this.#lostResponses > 1) this.adoptPrivate(error);
  }

  /**
   * Continues on a private store, and tries the shared store again after `recheckMs`. Reports the
   * problem at most once per cooldown.
   */
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

  /**
   * Returns true if this worker's clock is so far off that the worker must not change shared state.
   * Reports this at most once per cooldown.
   */
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

/**
 * The range of a random wait, as a multiple of a load's duration. With this factor, fifty workers
 * that recover one circuit together have at most 60 failed writes.
 */
const LOADS_PER_WAIT = 40;

/** The number of loads over which the duration of a load is averaged, approximately. */
const SMOOTHING = 4;

/**
 * Returns the message of a store error. Returns only the name of any other error, because its
 * message may quote keys.
 */
function describe(error: unknown): string {
  if (error instanceof CircuitStoreError) return error.message;
  return error instanceof Error ? error.name : 'unknown';
}
