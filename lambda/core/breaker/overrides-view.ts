import { type CircuitStore, CircuitStoreError, type Expected } from './circuit-store.ts';
import type { CircuitEvent } from './events.ts';
import type { ScopesOf } from './override-scopes.ts';
import {
  concerns,
  effectiveOverride,
  forceOpenEndedMs,
  fromOverridesRecord,
  liveOverride,
  NO_OVERRIDES,
  type Override,
  type Overrides,
  type ScopedOverride,
  toOverridesRecord,
  withOverride,
} from './overrides.ts';
import type { StoreAccess } from './store-access.ts';
import type { Timing } from './timing.ts';

/** The key of the record that holds all overrides. No circuit may have this key. */
export const OVERRIDES_KEY = '#overrides';

/** One worker's copy of the overrides, at most `recheckMs` old. */
export class OverridesView {
  readonly #access: StoreAccess;
  readonly #scopesOf: ScopesOf;
  readonly #on: (event: CircuitEvent) => void;
  readonly #scopes = new Map<string, readonly string[]>();
  #overrides: Overrides = NO_OVERRIDES;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #isUnreadable = false;

  constructor(access: StoreAccess, scopesOf: ScopesOf, on: (event: CircuitEvent) => void) {
    this.#access = access;
    this.#scopesOf = scopesOf;
    this.#on = on;
  }

  isFresh(nowMs: number, { recheckMs }: Timing): boolean {
    const ageMs = nowMs - this.#askedAtMs;
    return ageMs >= 0 && ageMs < recheckMs;
  }

  refresh(): Promise<void> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** Returns true if this circuit has an override, or had a force-open. */
  concern(circuitKey: string): boolean {
    return this.#overrides.version > 0 && concerns(this.#overrides, this.#scopesFor(circuitKey));
  }

  /** Returns the override in force, with the scope that it was set for. */
  inForce(circuitKey: string, nowMs: number): ScopedOverride | undefined {
    return effectiveOverride(this.#overrides, this.#scopesFor(circuitKey), nowMs);
  }

  forceOpenEndedMs(circuitKey: string, nowMs: number): number {
    return forceOpenEndedMs(this.#overrides, this.#scopesFor(circuitKey), nowMs);
  }

  all(): Overrides {
    return this.#overrides;
  }

  /**
   * Sets or lifts a scope's override in the shared store. Returns the override that was in force
   * before. Throws if the store is unavailable.
   */
  async change(scope: string, override: Override | undefined): Promise<Override | undefined> {
    const access = this.#access;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { record, store } = await access.loadShared(OVERRIDES_KEY);
      const current = fromOverridesRecord(record);
      const overrides = current ?? NO_OVERRIDES;
      const nowMs = access.nowMs();
      const before = liveOverride(overrides, scope, nowMs);
      if (!override && !before) return undefined;
      const next = withOverride(overrides, scope, override, nowMs);
      const expected = current ? expectedOf(current) : { raw: record };
      if (await this.#save(store, next, expected)) {
        this.#overrides = next;
        return before;
      }
      await access.waitWithJitter();
    }
    throw new Error(
      `override of ${scope} was not saved: other writers changed the record in ${MAX_ROUNDS} attempts`,
    );
  }

  /**
   * Saves the overrides. If the response is lost, the record tells whether they were saved: no other
   * writer makes the same record.
   */
  async #save(store: CircuitStore, next: Overrides, expected: Expected): Promise<boolean> {
    const record = toOverridesRecord(next);
    try {
      return await store.save(OVERRIDES_KEY, record, expected);
    } catch (error) {
      const isLost = error instanceof CircuitStoreError && error.applied === 'unknown';
      if (!isLost) throw error;
      const saved = fromOverridesRecord((await this.#access.loadShared(OVERRIDES_KEY)).record);
      return JSON.stringify(saved) === JSON.stringify(fromOverridesRecord(record));
    }
  }

  /** Reads the overrides. If their record is unreadable, the last known overrides stay in force. */
  async #read(): Promise<void> {
    try {
      const { record, store, askedAtMs } = await this.#access.load(OVERRIDES_KEY);
      this.#askedAtMs = askedAtMs;
      if (this.#access.isPrivate(store)) return;
      const overrides = fromOverridesRecord(record);
      if (overrides) this.#overrides = overrides;
      else if (!this.#isUnreadable) {
        this.#on({ type: 'unreadable', key: OVERRIDES_KEY, atMs: askedAtMs });
      }
      this.#isUnreadable = overrides === undefined;
    } finally {
      this.#reading = undefined;
    }
  }

  #scopesFor(circuitKey: string): readonly string[] {
    let scopes = this.#scopes.get(circuitKey);
    if (!scopes) {
      scopes = this.#scopesOf(circuitKey);
      this.#scopes.set(circuitKey, scopes);
    }
    return scopes;
  }
}

function expectedOf({ version }: Overrides): Expected {
  return version === 0 ? 'absent' : { version };
}

const MAX_ROUNDS = 20;
