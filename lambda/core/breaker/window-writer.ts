import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Clock } from '../clock.ts';
import type { Outcome } from './admission.ts';
import type { Circuit } from './circuit.ts';
import type { CircuitReplica } from './circuit-replica.ts';
import { type CircuitStore, CircuitStoreError, type WindowCounts } from './circuit-store.ts';
import type { Classification } from './classify.ts';
import { isSlow } from './outcomes.ts';
import type { OverridesView } from './overrides-view.ts';
import { Passage } from './passage.ts';
import type { StoreAccess } from './store-access.ts';
import { Tally } from './tally.ts';
import { slotAt, type Timing, timingOf, windowStart } from './timing.ts';
import { judge, seeded } from './window.ts';

export interface WindowWriterOptions {
  readonly access: StoreAccess;
  readonly overrides: OverridesView;
  readonly policy: () => BreakerPolicy;
  readonly clock: Clock;
  readonly classify: (error: unknown) => Classification;
}

/**
 * Counts the outcomes of a circuit's calls and writes them into its window: at once with a failure,
 * else when it is asked to or when they get old. After a failure the window is read and judged.
 */
export class WindowWriter {
  readonly #key: string;
  readonly #replica: CircuitReplica;
  readonly #options: WindowWriterOptions;
  #counting: Counting | undefined;
  #flushing: Promise<void> | undefined;
  #isFlushWanted = false;
  /** The window could not be read when it had to be. */
  #isJudgementDue = false;

  constructor(key: string, replica: CircuitReplica, options: WindowWriterOptions) {
    this.#key = key;
    this.#replica = replica;
    this.#options = options;
  }

  /** Counts a call that is admitted in this epoch. */
  begin(epoch: number, store: CircuitStore, nowMs: number, { recheckMs }: Timing): Passage {
    let counting = this.#counting;
    if (counting?.tally.epoch !== epoch || counting.store !== store) {
      const tally = new Tally(epoch);
      counting = { tally, store, passage: new Passage(this, tally, this.#options.classify) };
      this.#counting = counting;
      this.#isJudgementDue = false;
    }
    counting.tally.begin(nowMs, recheckMs);
    return counting.passage;
  }

  /** As `settle`, for a success of which no more is known. */
  succeed(tally: Tally): void {
    tally.succeed();
    if (tally.isOverdue()) void this.#flushOf(tally);
  }

  /** Resolves, if it is a promise, when what the outcome led to is written. */
  settle(tally: Tally, subject: string | undefined, outcome: Outcome): void | Promise<void> {
    const policy = this.#options.policy();
    const nowMs = this.#options.clock.now();
    if (outcome.kind === 'ignored') return tally.ignore();
    if (outcome.kind === 'failure') {
      const { failure, retryAfterMs = 0 } = outcome;
      const counts = !policy.ignoredKinds.includes(failure);
      const { windowMs } = timingOf(policy);
      if (counts && subject !== undefined && !tally.isFirstFailure(subject, nowMs, windowMs)) {
        return tally.ignore();
      }
      tally.fail(failure, counts, retryAfterMs);
      if (isSlow(outcome, policy)) tally.slow();
      if (counts) return this.#flushOf(tally);
    } else {
      tally.succeed();
      if (isSlow(outcome, policy)) tally.slow();
    }
    if (tally.isOverdue(nowMs)) return this.#flushOf(tally);
  }

  /** Writes what is pending. Calls at the same time share a write. */
  flush(): Promise<void> {
    if (!this.#counting?.tally.isPending && !this.#isJudgementDue) {
      return this.#flushing ?? Promise.resolve();
    }
    this.#isFlushWanted = true;
    this.#flushing ??= this.#flushWhileWanted();
    return this.#flushing;
  }

  async #flushOf(tally: Tally): Promise<void> {
    if (tally === this.#counting?.tally) await this.flush();
  }

  async #flushWhileWanted(): Promise<void> {
    try {
      while (this.#isFlushWanted) {
        await undefined; // Outcomes of the same moment go with this flush.
        this.#isFlushWanted = false;
        if (!this.#counting) continue;
        const { tally, store } = this.#counting;
        if (this.#isCurrent(tally.epoch, store)) await this.#flushOnce(tally, store);
        else this.#counting = undefined;
      }
    } finally {
      this.#flushing = undefined;
    }
  }

  /** Results of an epoch that is over, or meant for a store that was lost, count nowhere. */
  #isCurrent(epoch: number, store: CircuitStore): boolean {
    return this.#replica.view?.circuit.epoch === epoch && this.#options.access.current === store;
  }

  async #flushOnce(tally: Tally, store: CircuitStore): Promise<void> {
    const { access, policy } = this.#options;
    this.#isJudgementDue ||= tally.mayTrip;
    const written = !tally.isPending || (await this.#write(tally, store));
    if (!written || !this.#isJudgementDue) return;
    try {
      const start = windowStart(access.nowMs(), timingOf(policy()));
      const read = () => store.readWindow(this.#key, tally.epoch, start);
      const buckets = await access.insist(read);
      this.#isJudgementDue = false;
      const seed = seedOf(this.#replica.view?.circuit, tally.epoch, start.startMs);
      await this.#judge(seeded(buckets, seed), tally, store);
    } catch (error) {
      access.doubt(error);
    }
  }

  async #write(tally: Tally, store: CircuitStore): Promise<boolean> {
    const { access, policy } = this.#options;
    const slot = slotAt(access.nowMs(), timingOf(policy()));
    const counts = tally.take();
    try {
      await access.insist(() => store.addToWindow(this.#key, tally.epoch, slot, counts));
      return true;
    } catch (error) {
      // A write whose answer was lost is not repeated: the window is off by this flush at most.
      if (error instanceof CircuitStoreError && error.applied === 'no') tally.putBack(counts);
      else access.doubt(error);
      return false;
    }
  }

  async #judge(buckets: readonly WindowCounts[], tally: Tally, store: CircuitStore): Promise<void> {
    const { access, overrides, policy, clock } = this.#options;
    const verdict = judge(buckets, policy());
    if (!verdict) return;
    const isObserved = overrides.of(this.#key, access.nowMs())?.mode === 'observe';
    const { epoch } = tally;
    const change = isObserved
      ? { type: 'would-open' as const, epoch, evidence: verdict.evidence }
      : { type: 'trip' as const, epoch, ...verdict };
    await this.#replica.change(change, store, clock.now() + timingOf(policy()).recheckMs);
  }
}

interface Counting {
  readonly tally: Tally;
  readonly store: CircuitStore;
  readonly passage: Passage;
}

function seedOf(circuit: Circuit | undefined, epoch: number, windowStartMs: number): number {
  if (circuit?.state !== 'CLOSED' || circuit.epoch !== epoch) return 0;
  return circuit.sinceMs >= windowStartMs ? circuit.seededSuccesses : 0;
}
