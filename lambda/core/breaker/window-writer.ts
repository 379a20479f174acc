import type { Circuit } from './circuit.ts';
import type { CircuitReplica } from './circuit-replica.ts';
import { type CircuitStore, CircuitStoreError, type WindowCounts } from './circuit-store.ts';
import { CallPermit, isSlow, type Outcome } from './permit.ts';
import { Tally } from './tally.ts';
import { slotAt, timingOf, windowStart } from './timing.ts';
import { seeded, tripOf } from './trip-rules.ts';
import type { WorkerContext } from './worker-context.ts';

/**
 * Counts the outcomes of a circuit's calls and writes the counts to the circuit's window: at once
 * after a failure, otherwise when `flush` is called or the counts are overdue. If the counts
 * contain failures or slow calls, then reads the window and applies the trip rules.
 */
export class WindowWriter {
  readonly #key: string;
  readonly #replica: CircuitReplica;
  readonly #context: WorkerContext;
  #current: EpochTally | undefined;
  #flushing: Promise<void> | undefined;
  #isFlushWanted = false;
  /** True if the window must still be read to apply the trip rules. */
  #isCheckDue = false;

  constructor(key: string, replica: CircuitReplica, context: WorkerContext) {
    this.#key = key;
    this.#replica = replica;
    this.#context = context;
  }

  /** Returns a permit for a call that starts now and is counted in this epoch. */
  permit(
    epoch: number,
    store: CircuitStore,
    subject: string | undefined,
    nowMs: number,
  ): CallPermit {
    if (this.#current?.tally.epoch !== epoch || this.#current.store !== store) {
      this.#current = { tally: new Tally(epoch), store };
      this.#isCheckDue = false;
    }
    const { tally } = this.#current;
    tally.begin();
    return new CallPermit(this.#key, (outcome) => this.#settle(tally, subject, nowMs, outcome));
  }

  /** Writes all pending counts. Concurrent calls share one write. */
  flush(): Promise<void> {
    if (!this.#current?.tally.isPending && !this.#isCheckDue) {
      return this.#flushing ?? Promise.resolve();
    }
    this.#isFlushWanted = true;
    this.#flushing ??= this.#flushWhileWanted();
    return this.#flushing;
  }

  #settle(
    tally: Tally,
    subject: string | undefined,
    admittedAtMs: number,
    outcome: Outcome,
  ): void | Promise<void> {
    if (outcome.kind === 'ignored') return tally.ignore();
    const policy = this.#context.policy();
    const nowMs = this.#context.clock.now();
    const { windowMs, recheckMs } = timingOf(policy);
    const counts = outcome.kind === 'failure' && !policy.ignoredKinds.includes(outcome.failure);
    if (counts && subject !== undefined && !tally.isFirstFailure(subject, nowMs, windowMs)) {
      return tally.ignore();
    }
    if (outcome.kind === 'success') tally.succeed();
    else tally.fail(outcome.failure, counts, outcome.retryAfterMs ?? 0);
    if (isSlow(outcome, nowMs - admittedAtMs, policy)) tally.slow();
    if (counts || tally.isOverdue(nowMs, recheckMs)) return this.#flushOf(tally);
  }

  async #flushOf(tally: Tally): Promise<void> {
    if (tally === this.#current?.tally) await this.flush();
  }

  async #flushWhileWanted(): Promise<void> {
    try {
      while (this.#isFlushWanted) {
        await undefined; // Outcomes of the same moment join this flush.
        this.#isFlushWanted = false;
        if (!this.#current) continue;
        const { tally, store } = this.#current;
        if (this.#isCurrent(tally.epoch, store)) await this.#flushOnce(tally, store);
        else this.#current = undefined;
      }
    } finally {
      this.#flushing = undefined;
    }
  }

  /** Returns false for counts of a past epoch or store. Such counts are discarded. */
  #isCurrent(epoch: number, store: CircuitStore): boolean {
    return this.#replica.view?.circuit.epoch === epoch && this.#context.access.current === store;
  }

  async #flushOnce(tally: Tally, store: CircuitStore): Promise<void> {
    const { access, policy } = this.#context;
    this.#isCheckDue ||= tally.mayTrip;
    const written = !tally.isPending || (await this.#write(tally, store));
    if (!written || !this.#isCheckDue) return;
    try {
      const start = windowStart(access.nowMs(), timingOf(policy()));
      const read = () => store.readWindow(this.#key, tally.epoch, start);
      const buckets = await access.retryRefused(read);
      this.#isCheckDue = false;
      const seed = seedOf(this.#replica.view?.circuit, tally.epoch, start.startMs);
      await this.#applyTripRules(seeded(buckets, seed), tally, store);
    } catch (error) {
      access.noteLostResponse(error);
    }
  }

  async #write(tally: Tally, store: CircuitStore): Promise<boolean> {
    const { access, policy } = this.#context;
    const slot = slotAt(access.nowMs(), timingOf(policy()));
    const counts = tally.take();
    try {
      await access.retryRefused(() => store.addToWindow(this.#key, tally.epoch, slot, counts));
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
  ): Promise<void> {
    const { access, overrides, policy, clock } = this.#context;
    const trip = tripOf(buckets, policy());
    if (!trip) return;
    const isObserved = overrides.inForce(this.#key, access.nowMs())?.mode === 'observe';
    const action = isObserved
      ? { type: 'would-open' as const, epoch, evidence: trip.evidence }
      : { type: 'trip' as const, epoch, ...trip };
    await this.#replica.change(action, store, clock.now() + timingOf(policy()).recheckMs);
  }
}

interface EpochTally {
  readonly tally: Tally;
  readonly store: CircuitStore;
}

function seedOf(circuit: Circuit | undefined, epoch: number, windowStartMs: number): number {
  if (circuit?.state !== 'CLOSED' || circuit.epoch !== epoch) return 0;
  return circuit.sinceMs >= windowStartMs ? circuit.seededSuccesses : 0;
}
