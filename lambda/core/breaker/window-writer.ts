import { Announcements } from './announcements.ts';
import type { Circuit } from './circuit.ts';
import type { CircuitReplica } from './circuit-replica.ts';
import {
  type CircuitStore,
  CircuitStoreError,
  type WindowBucket,
  type WindowCounts,
} from './circuit-store.ts';
import { type CallWindow, CountedPermit } from './counted-permit.ts';
import { mustEase } from './ease-rule.ts';
import { isWatched } from './ramp.ts';
import { Tally } from './tally.ts';
import { slotAt, timingOf } from './timing.ts';
import { seeded, tripOf, withoutVoidAnnouncements } from './trip-rules.ts';
import { readWindow } from './window-reader.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * Counts the outcomes of a circuit's calls and writes the counts to the circuit's window: at once
 * after a failure, otherwise when `flushAll` is called or the counts are overdue. If the counts
 * contain failures or slow calls, then reads the window and applies the trip rules.
 */
export class WindowWriter implements CallWindow {
  readonly context: WorkerContext;
  readonly #key: string;
  readonly #replica: CircuitReplica;
  #current: EpochTally | undefined;
  #flushing: Promise<void> | undefined;
  #isFlushWanted = false;
  /** True if the window must still be read to apply the trip rules. */
  #isCheckDue = false;

  constructor(key: string, replica: CircuitReplica, context: WorkerContext) {
    this.#key = key;
    this.#replica = replica;
    this.context = context;
  }

  /** Returns a permit for a call that starts now and is counted in this epoch. */
  permit(
    epoch: number,
    store: CircuitStore,
    subject: string | undefined,
    nowMs: number,
  ): CountedPermit {
    let current = this.#current;
    if (current?.tally.epoch !== epoch || current.store !== store) {
      const tally = new Tally(epoch);
      current = { tally, store, announcements: new Announcements(tally) };
      this.#current = current;
      this.#isCheckDue = false;
    }
    const permit = new CountedPermit(this.#key, this, current.tally, subject, nowMs);
    if (current.announcements.callBegan(nowMs, this.context.policy)) void this.flushAll();
    return permit;
  }

  /** Writes all pending counts. Concurrent calls share one write. */
  flushAll(): Promise<void> {
    this.#isFlushWanted = true;
    this.#flushing ??= this.#flushWhileWanted();
    return this.#flushing;
  }

  /** Counts of an earlier epoch are never written, because nobody reads that epoch's window. */
  async flush(tally: Tally): Promise<void> {
    if (tally === this.#current?.tally) await this.flushAll();
  }

  /** Returns the pending counts of an epoch, after writes that are under way. */
  async pending(epoch: number, store: CircuitStore): Promise<Tally | undefined> {
    await this.#flushing;
    const current = this.#current;
    const isSame = current?.tally.epoch === epoch && current.store === store;
    return isSame ? current.tally : undefined;
  }

  async #flushWhileWanted(): Promise<void> {
    try {
      while (this.#isFlushWanted) {
        await undefined; // Outcomes of the same moment join this flush.
        this.#isFlushWanted = false;
        if (!this.#current) continue;
        const { tally, store } = this.#current;
        if (this.#isCurrent(tally.epoch, store)) await this.#flushOnce(this.#current);
        else this.#current = undefined;
      }
    } finally {
      this.#flushing = undefined;
    }
  }

  /** Returns false for counts of a past epoch or store. Such counts are discarded. */
  #isCurrent(epoch: number, store: CircuitStore): boolean {
    return this.#replica.view?.circuit.epoch === epoch && this.context.access.current === store;
  }

  async #flushOnce(current: EpochTally): Promise<void> {
    const { access, policy } = this.context;
    const { tally, store } = current;
    this.#isCheckDue ||= tally.mayTrip;
    const written = !isPendingIn(current) || (await this.#write(current));
    if (!written || !this.#isCheckDue) return;
    try {
      const { start, buckets } = await readWindow(this.#key, tally.epoch, store, this.context);
      this.#isCheckDue = false;
      const seed = seedOf(this.#replica.view?.circuit, tally.epoch, start.startMs);
      const recent = withoutVoidAnnouncements(buckets, access.nowMs(), timingOf(policy()));
      const isOpened = await this.#applyTripRules(seeded(recent, seed), tally, store);
      if (!isOpened) await this.#applyEaseRule(recent, tally, store);
    } catch (error) {
      access.noteLostResponse(error);
    }
  }

  async #write({ tally, store, announcements }: EpochTally): Promise<boolean> {
    const { access, policy, clock } = this.context;
    const slot = slotAt(access.nowMs(), timingOf(policy()));
    const announced = announcements.take(clock.now(), policy());
    const counts = tally.take();
    const written = announced === 0 ? counts : { ...counts, announced };
    try {
      await access.retryRefused(() => store.addToWindow(this.#key, tally.epoch, slot, written));
      return true;
    } catch (error) {
      // A write whose response was lost is not repeated. The window is wrong by its counts at most.
      if (error instanceof CircuitStoreError && error.applied === 'no') tally.putBack(counts);
      else access.noteLostResponse(error);
      return false;
    }
  }

  async #applyTripRules(
    buckets: readonly WindowCounts[],
    { epoch }: Tally,
    store: CircuitStore,
  ): Promise<boolean> {
    const { access, overrides, policy, clock } = this.context;
    const trip = tripOf(buckets, policy());
    if (!trip) return false;
    const isObserved = overrides.inForce(this.#key, access.nowMs())?.mode === 'observe';
    const action = isObserved
      ? { type: 'would-open' as const, epoch, evidence: trip.evidence }
      : { type: 'trip' as const, epoch, ...trip };
    await this.#replica.change(action, store, clock.now() + timingOf(policy()).recheckMs);
    return true;
  }

  /** Eases the circuit's ramp if the target lacks capacity for it. */
  async #applyEaseRule(
    buckets: readonly WindowBucket[],
    { epoch }: Tally,
    store: CircuitStore,
  ): Promise<void> {
    const { access, overrides, policy, clock } = this.context;
    const circuit = this.#replica.view?.circuit;
    if (circuit?.state !== 'CLOSED' || circuit.epoch !== epoch || !circuit.ramp) return;
    const { ramp } = circuit;
    if (!isWatched(ramp, access.nowMs(), policy()) || !mustEase(ramp, buckets, policy())) return;
    if (overrides.inForce(this.#key, access.nowMs())?.mode === 'observe') return;
    const action = { type: 'ease' as const, epoch, sinceMs: ramp.sinceMs };
    await this.#replica.change(action, store, clock.now() + timingOf(policy()).recheckMs);
  }
}

interface EpochTally {
  readonly tally: Tally;
  readonly store: CircuitStore;
  readonly announcements: Announcements;
}

function isPendingIn({ tally, announcements }: EpochTally): boolean {
  return tally.isPending || announcements.isDue;
}

/** Returns the successes that the epoch's window starts with, while they are inside the window. */
export function seedOf(circuit: Circuit | undefined, epoch: number, windowStartMs: number): number {
  if (circuit?.state !== 'CLOSED' || circuit.epoch !== epoch) return 0;
  return circuit.sinceMs >= windowStartMs ? circuit.seededSuccesses : 0;
}
