import type { HalfOpen, Lease } from './circuit.ts';
import type { CircuitReplica } from './circuit-replica.ts';
import type { CircuitStore } from './circuit-store.ts';
import { isSlow, type Outcome, type Permit, type ProbeResult, probeResultOf } from './permit.ts';
import { timingOf } from './timing.ts';
import type { CircuitAction } from './transition.ts';
import type { WorkerContext } from './worker-context.ts';

/** A lease that this worker holds. */
export interface HeldLease extends Pick<Lease, 'id' | 'untilMs'> {
  /** The recovery that granted the lease, when it granted it. */
  readonly recovery: Pick<HalfOpen, 'epoch' | 'stage'>;
  readonly store: CircuitStore;
}

export interface StagePermitParts {
  readonly key: string;
  readonly context: WorkerContext;
  readonly replica: CircuitReplica;
  /** The results that are being written. A flush of the circuit waits for them. */
  readonly settling: Set<Promise<unknown>>;
}

/**
 * A permit of a recovery stage. The call's result is written at once, because it may complete the
 * stage or open the circuit.
 */
export class StagePermit implements Permit {
  readonly key: string;
  readonly stage: number;
  readonly #parts: StagePermitParts;
  readonly #lease: HeldLease;
  readonly #admittedAtMs: number;
  /** Ends the wait of a stream that has had its first token. */
  #stall: AbortController | undefined;
  #isOver = false;
  /** The write of the permit's result. */
  #settled: Promise<void> | undefined;

  constructor(parts: StagePermitParts, lease: HeldLease) {
    this.key = parts.key;
    this.stage = lease.recovery.stage;
    this.#parts = parts;
    this.#lease = lease;
    this.#admittedAtMs = parts.context.clock.now();
  }

  token(elapsedMs?: number): void | Promise<void> {
    if (this.#isOver || this.#stall) return;
    this.#stall = new AbortController();
    const slow = this.#isSlow(elapsedMs);
    if (slow) return this.#settle({ kind: 'failure', slow, retryAfterMs: 0 });
    void this.#succeedAfterStall(this.#stall.signal);
  }

  settle(outcome: Outcome): void | Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const hasToken = this.#stall !== undefined;
    this.#stall?.abort();
    const slow = !hasToken && outcome.kind !== 'ignored' && this.#isSlow(outcome.elapsedMs);
    const result = probeResultOf(outcome, slow, this.#parts.context.policy());
    if (hasToken && result.kind === 'failure') {
      const { epoch } = this.#lease.recovery;
      return this.#write({ type: 'break', epoch, failure: result }, this.#leaseMs);
    }
    return this.#settle(result);
  }

  async #succeedAfterStall(signal: AbortSignal): Promise<void> {
    const { clock, policy } = this.#parts.context;
    await clock.sleep(timingOf(policy()).stallMs, signal);
    if (!signal.aborted) await this.#settle({ kind: 'success' });
  }

  #isSlow(elapsedMs: number | undefined): boolean {
    const { clock, policy } = this.#parts.context;
    return isSlow(elapsedMs ?? clock.now() - this.#admittedAtMs, policy());
  }

  /** Writes the permit's result, once. */
  #settle(result: ProbeResult): Promise<void> {
    const { id: leaseId, recovery, untilMs } = this.#lease;
    const action = { type: 'settle' as const, epoch: recovery.epoch, leaseId, result };
    this.#settled ??= this.#write(action, untilMs - this.#parts.context.access.nowMs());
    return this.#settled;
  }

  /** The writes of other workers may get in the way for as long as a lease lasts. */
  get #leaseMs(): number {
    return timingOf(this.#parts.context.policy()).leaseMs;
  }

  async #write(action: CircuitAction, timeMs: number): Promise<void> {
    const { replica, context, settling } = this.#parts;
    const written = replica.change(action, this.#lease.store, context.clock.now() + timeMs);
    settling.add(written);
    await written.finally(() => settling.delete(written));
  }
}
