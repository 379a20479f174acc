import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Clock, Random } from '../clock.ts';
import { type CircuitStore, CircuitStoreError } from './circuit-store.ts';
import type { CircuitEvent } from './events.ts';
import { MemoryCircuitStore } from './memory-circuit-store.ts';
import { timingOf } from './timing.ts';

/** What was read, where, and when it was asked for. */
export interface Sighting {
  readonly record: unknown;
  readonly store: CircuitStore;
  /** By this worker's clock, before the read: what was seen is at least this recent. */
  readonly askedAtMs: number;
  /** Orders the sightings of one worker. */
  readonly order: number;
}

export interface StoreAccessOptions {
  readonly store: CircuitStore;
  readonly policy: () => BreakerPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly on: (event: CircuitEvent) => void;
}

/**
 * The store as one worker has it: the shared one, or while that is lost a private one in memory
 * with the same rules. Also the store's time, which all that is shared is dated by.
 */
export class StoreAccess {
  readonly #options: StoreAccessOptions;
  #offsetMs = 0;
  /** How long loads took of late, smoothed. */
  #loadMs = 0;
  #order = 0;
  #doubts = 0;
  #private: MemoryCircuitStore | undefined;
  #retrySharedAtMs = 0;
  #saidLostAtMs = Number.NEGATIVE_INFINITY;
  #saidSkewedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: StoreAccessOptions) {
    this.#options = options;
  }

  /** The store that decisions are made on at this moment. */
  get current(): CircuitStore {
    return this.#private ?? this.#options.store;
  }

  /** The time by the store's clock, in whole milliseconds. */
  nowMs(): number {
    return Math.round(this.#options.clock.now() + this.#offsetMs);
  }

  /**
   * Waits a random time, so that a fleet that wants to write one record does not do it at one
   * instant. Who loads while another saves is in vain, so the slower the store, the wider it spreads.
   */
  async spread(round = 1): Promise<void> {
    const { clock, random, policy } = this.#options;
    const { claimSpreadMs, claimSpreadMaxMs } = timingOf(policy());
    const widthMs = Math.min(LOADS_PER_SPREAD * this.#loadMs, claimSpreadMaxMs);
    const ms = random() * round * Math.max(claimSpreadMs, widthMs);
    if (ms > 0) await clock.sleep(ms);
  }

  nextOrder(): number {
    this.#order++;
    return this.#order;
  }

  isPrivate(store: CircuitStore): boolean {
    return store !== this.#options.store;
  }

  /** Reads the shared store, or the private one while that is lost. Never throws for a lost store. */
  async load(key: string): Promise<Sighting> {
    if (!this.#private || this.#options.clock.now() >= this.#retrySharedAtMs) {
      try {
        const sighting = await this.loadShared(key);
        this.#found();
        return sighting;
      } catch (error) {
        this.lost(error);
      }
    }
    return this.loadFrom(this.current, key);
  }

  loadShared(key: string): Promise<Sighting> {
    return this.loadFrom(this.#options.store, key);
  }

  async loadFrom(store: CircuitStore, key: string): Promise<Sighting> {
    const { clock } = this.#options;
    const order = this.nextOrder();
    const askedAtMs = clock.now();
    const { record, storeTime } = await this.insist(() => store.load(key));
    this.#loadMs += (clock.now() - askedAtMs - this.#loadMs) / SMOOTHING;
    if (!this.isPrivate(store)) {
      const least = storeTime.earliestMs - clock.now();
      const most = storeTime.latestMs - askedAtMs;
      this.#offsetMs = Math.min(Math.max(0, least), most);
    }
    return { record, store, askedAtMs, order };
  }

  /** Repeats what the store refused without doing it, a few times; a lost answer is not repeated. */
  async insist<Result>(operation: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await operation();
        this.#doubts = 0;
        return result;
      } catch (error) {
        const wasRefused = error instanceof CircuitStoreError && error.applied === 'no';
        if (!wasRefused || attempt === ATTEMPTS) throw error;
      }
      await this.spread(attempt);
    }
  }

  /** A single answer may be lost; the store is when the next one is too. */
  doubt(error: unknown): void {
    this.#doubts++;
    if (this.#doubts > 1) this.lost(error);
  }

  /** Takes the shared store for lost and goes on with a private one; tries again after a while. */
  lost(error: unknown): void {
    const { clock, policy, on } = this.#options;
    const timing = timingOf(policy());
    const atMs = clock.now();
    this.#private ??= new MemoryCircuitStore(() => clock.now());
    this.#retrySharedAtMs = atMs + timing.recheckMs;
    if (atMs - this.#saidLostAtMs < timing.cooldownMs) return;
    this.#saidLostAtMs = atMs;
    on({ type: 'degraded', error: describe(error), atMs });
  }

  /** Whether this worker's clock forbids it to change what is shared. Says so once per cooldown. */
  isSkewed(store: CircuitStore): boolean {
    const { clock, policy, on } = this.#options;
    const { skewLimitMs, cooldownMs } = timingOf(policy());
    if (this.isPrivate(store) || Math.abs(this.#offsetMs) <= skewLimitMs) return false;
    const atMs = clock.now();
    if (atMs - this.#saidSkewedAtMs >= cooldownMs) {
      this.#saidSkewedAtMs = atMs;
      on({ type: 'skewed', offsetMs: this.#offsetMs, atMs });
    }
    return true;
  }

  #found(): void {
    if (!this.#private) return;
    this.#private = undefined;
    this.#options.on({ type: 'restored', atMs: this.#options.clock.now() });
  }
}

const ATTEMPTS = 3;

/** Fifty workers that race through a recovery then lose at most 60 writes, however slow the store. */
const LOADS_PER_SPREAD = 40;

/** Loads until a change of their time is mostly believed. */
const SMOOTHING = 4;

/** A store's own message is ours to show; any other error shows its name alone. */
function describe(error: unknown): string {
  if (error instanceof CircuitStoreError) return error.message;
  return error instanceof Error ? error.name : 'unknown';
}
