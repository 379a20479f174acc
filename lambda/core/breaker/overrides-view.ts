import type { Expected } from './circuit-store.ts';
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
  overridingScope,
  toOverridesRecord,
  withOverride,
} from './overrides.ts';
import type { StoreAccess } from './store-access.ts';
import type { Timing } from './timing.ts';

/** The key of the record that holds all overrides; no circuit may be called so. */
export const OVERRIDES_KEY = '#overrides';

export interface OverridesViewOptions {
  readonly access: StoreAccess;
  readonly scopesOf: ScopesOf;
  readonly on: (event: CircuitEvent) => void;
}

/** One worker's copy of the overrides, at most `recheckMs` old. */
export class OverridesView {
  readonly #options: OverridesViewOptions;
  readonly #scopes = new Map<string, readonly string[]>();
  #overrides: Overrides = NO_OVERRIDES;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #isUnreadable = false;

  constructor(options: OverridesViewOptions) {
    this.#options = options;
  }

  isFresh(nowMs: number, { recheckMs }: Timing): boolean {
    const ageMs = nowMs - this.#askedAtMs;
    return ageMs >= 0 && ageMs < recheckMs;
  }

  refresh(): Promise<void> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** Whether any override is known that bears on this circuit, or did. */
  concern(circuitKey: string): boolean {
    return this.#overrides.version > 0 && concerns(this.#overrides, this.#scopesOf(circuitKey));
  }

  /** The override in force, with the scope that it was set for. */
  inForce(circuitKey: string, nowMs: number): (Override & { scope: string }) | undefined {
    const scope = overridingScope(this.#overrides, this.#scopesOf(circuitKey), nowMs);
    const override = scope === undefined ? undefined : this.#overrides.entries[scope];
    return scope === undefined || !override ? undefined : { ...override, scope };
  }

  /** The override in force. */
  of(circuitKey: string, nowMs: number): Override | undefined {
    return effectiveOverride(this.#overrides, this.#scopesOf(circuitKey), nowMs);
  }

  forceOpenEndedMs(circuitKey: string, nowMs: number): number {
    return forceOpenEndedMs(this.#overrides, this.#scopesOf(circuitKey), nowMs);
  }

  all(): Overrides {
    return this.#overrides;
  }

  /**
   * Sets or lifts the override of a scope in the shared store; gives the one that was in force there
   * before. Throws when the store is lost.
   */
  async change(scope: string, override: Override | undefined): Promise<Override | undefined> {
    const { access } = this.#options;
    for (let round = 0; round < ROUNDS; round++) {
      const { record, store } = await access.loadShared(OVERRIDES_KEY);
      const current = fromOverridesRecord(record);
      const overrides = current ?? NO_OVERRIDES;
      const nowMs = access.nowMs();
      const before = liveOverride(overrides, scope, nowMs);
      if (!override && !before) return undefined;
      const next = withOverride(overrides, scope, override, nowMs);
      const expected = current ? expectedOf(current) : { raw: record };
      if (await store.save(OVERRIDES_KEY, toOverridesRecord(next), expected)) {
        this.#overrides = next;
        return before;
      }
      await access.spread();
    }
    throw new Error(`override of ${scope} was not saved in ${ROUNDS} rounds: others kept writing`);
  }

  /** What cannot be read, or not now, leaves the last known overrides in force. */
  async #read(): Promise<void> {
    const { access, on } = this.#options;
    try {
      const { record, store, askedAtMs } = await access.load(OVERRIDES_KEY);
      this.#askedAtMs = askedAtMs;
      if (access.isPrivate(store)) return;
      const overrides = fromOverridesRecord(record);
      if (overrides) this.#overrides = overrides;
      else if (!this.#isUnreadable) on({ type: 'unreadable', key: OVERRIDES_KEY, atMs: askedAtMs });
      this.#isUnreadable = overrides === undefined;
    } finally {
      this.#reading = undefined;
    }
  }

  #scopesOf(circuitKey: string): readonly string[] {
    let scopes = this.#scopes.get(circuitKey);
    if (!scopes) {
      scopes = this.#options.scopesOf(circuitKey);
      this.#scopes.set(circuitKey, scopes);
    }
    return scopes;
  }
}

function expectedOf({ version }: Overrides): Expected {
  return version === 0 ? 'absent' : { version };
}

const ROUNDS = 20;
