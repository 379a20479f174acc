import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Clock, Random } from '../clock.ts';
import type { Admission, Outcome, RejectReason } from './admission.ts';
import type { HalfOpen } from './circuit.ts';
import { CircuitReplica, type View } from './circuit-replica.ts';
import type { CircuitStore } from './circuit-store.ts';
import type { Classification } from './classify.ts';
import type { CircuitEvent } from './events.ts';
import { probeResultOf } from './outcomes.ts';
import type { OverridesView } from './overrides-view.ts';
import type { Passage } from './passage.ts';
import { LeasePermit, unrecordedPermit } from './permits.ts';
import { type Claimed, StageClaims } from './stage-claims.ts';
import { standingOf } from './standing.ts';
import type { StoreAccess } from './store-access.ts';
import { type Timing, timingOf } from './timing.ts';
import { WindowWriter } from './window-writer.ts';

export interface LocalCircuitOptions {
  readonly access: StoreAccess;
  readonly overrides: OverridesView;
  readonly policy: () => BreakerPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly workerId: string;
  readonly classify: (error: unknown) => Classification;
  readonly on: (event: CircuitEvent) => void;
}

/** One worker's side of one circuit: who is admitted, and what becomes of the calls. */
export class LocalCircuit {
  readonly key: string;
  readonly #options: LocalCircuitOptions;
  readonly #replica: CircuitReplica;
  readonly #window: WindowWriter;
  readonly #claims: StageClaims;
  readonly #settling = new Set<Promise<unknown>>();

  constructor(key: string, options: LocalCircuitOptions) {
    this.key = key;
    this.#options = options;
    this.#replica = new CircuitReplica(key, options);
    this.#window = new WindowWriter(key, this.#replica, options);
    this.#claims = new StageClaims(this.#replica, options);
  }

  get view(): View | undefined {
    return this.#replica.view;
  }

  isFresh(nowMs: number, { viewMaxAgeMs }: Timing): boolean {
    const view = this.#replica.view;
    if (view?.store !== this.#options.access.current) return false;
    const ageMs = nowMs - view.askedAtMs;
    return ageMs >= 0 && ageMs < viewMaxAgeMs;
  }

  refresh(): Promise<View> {
    return this.#replica.refresh();
  }

  async flush(): Promise<void> {
    await Promise.all([this.#window.flush(), ...this.#settling]);
  }

  /** Traffic by stages, if the circuit is closed since before `atMs` by this worker's clock. */
  async restart(atMs: number): Promise<void> {
    const { access, clock } = this.#options;
    const { store } = await this.refresh();
    const nowMs = clock.now();
    const sinceMs = atMs - nowMs + access.nowMs();
    await this.#replica.change({ type: 'restart', sinceMs }, store, nowMs + this.#timing.recheckMs);
  }

  /**
   * For a call that needs no decision, as the circuit is known to be closed and no override bears
   * on it; else `undefined`.
   */
  pass(nowMs: number, timing: Timing): Passage | undefined {
    const view = this.#replica.view;
    if (view?.circuit.state !== 'CLOSED' || !this.isFresh(nowMs, timing)) return undefined;
    if (this.#options.overrides.concern(this.key)) return undefined;
    return this.#window.begin(view.circuit.epoch, view.store, nowMs, timing);
  }

  /** Decides by a view that the caller has made fresh. */
  admit(view: View, subject: string | undefined): Admission | Promise<Admission> {
    const { overrides, access } = this.#options;
    if (!overrides.concern(this.key)) return this.#admitByState(view, subject);
    const nowMs = access.nowMs();
    const override = overrides.of(this.key, nowMs);
    if (!override) {
      const endedMs = overrides.forceOpenEndedMs(this.key, nowMs);
      if (view.circuit.sinceMs >= endedMs) return this.#admitByState(view, subject);
      return this.#recover(view.store, endedMs, subject);
    }
    switch (override.mode) {
      case 'force-open': {
        // It may be lifted at any time, so nobody is sent away for longer than a cooldown.
        const retryAfterMs = Math.min(override.untilMs - nowMs, this.#timing.cooldownMs);
        return this.#reject('forced-open', retryAfterMs);
      }
      case 'force-closed':
        return { admitted: true, permit: unrecordedPermit(this.key) };
      case 'observe':
        return this.#admitTallied(view, subject);
      default:
        return override.mode satisfies never;
    }
  }

  #admitByState(view: View, subject: string | undefined): Admission | Promise<Admission> {
    if (view.circuit.state === 'CLOSED') return this.#admitTallied(view, subject);
    const { access, policy } = this.#options;
    const standing = standingOf(view.circuit, access.nowMs(), policy());
    switch (standing.says) {
      case 'admitted':
        return this.#admitTallied(view, subject);
      case 'rejected':
        return this.#reject(standing.reason, standing.retryAfterMs);
      case 'claim':
        return this.#admitByClaim(subject);
      default:
        return standing satisfies never;
    }
  }

  #admitTallied({ circuit, store }: View, subject: string | undefined): Admission {
    const nowMs = this.#options.clock.now();
    const passage = this.#window.begin(circuit.epoch, store, nowMs, this.#timing);
    return { admitted: true, permit: passage.permit(this.key, subject) };
  }

  async #admitByClaim(subject: string | undefined): Promise<Admission> {
    const claimed = await this.#claims.claim();
    if (!claimed) return this.#admitAfterLoss(subject);
    const { circuit, leaseId } = claimed;
    if (circuit.state === 'HALF_OPEN') {
      const lease = circuit.leases.find(({ id }) => id === leaseId);
      if (lease)
        return { admitted: true, permit: this.#leasePermit(claimed, circuit, lease.untilMs) };
    }
    const { access, policy } = this.#options;
    const standing = standingOf(circuit, access.nowMs(), policy());
    if (standing.says === 'rejected') return this.#reject(standing.reason, standing.retryAfterMs);
    if (standing.says === 'admitted') return this.#admitTallied(await this.#latest(), subject);
    return this.#reject(circuit.state === 'OPEN' ? 'open' : 'half-open', this.#timing.recheckMs);
  }

  /** The claim's store was lost: the worker decides alone, or not at all if it is still there. */
  async #admitAfterLoss(subject: string | undefined): Promise<Admission> {
    const view = await this.refresh();
    if (this.#options.access.isPrivate(view.store)) return this.admit(view, subject);
    return this.#reject('unknown', this.#timing.recheckMs);
  }

  /** A force-open ended: the circuit goes through its recovery, whatever it was before. */
  async #recover(
    store: CircuitStore,
    endedMs: number,
    subject: string | undefined,
  ): Promise<Admission> {
    const { clock } = this.#options;
    const change = { type: 'override-ended' as const, atMs: endedMs };
    const giveUpAtMs = clock.now() + this.#timing.recheckMs;
    const circuit = await this.#replica.change(change, store, giveUpAtMs);
    const isOver = circuit !== undefined && circuit.sinceMs >= endedMs;
    return isOver ? this.#admitByClaim(subject) : this.#reject('unknown', this.#timing.recheckMs);
  }

  #leasePermit(
    { store, leaseId }: Claimed,
    { epoch, stage }: HalfOpen,
    untilMs: number,
  ): LeasePermit {
    return new LeasePermit(this.key, stage, async (outcome: Outcome) => {
      const { access, policy, clock } = this.#options;
      const result = probeResultOf(outcome, policy());
      const change = { type: 'settle' as const, epoch, leaseId, result };
      const giveUpAtMs = clock.now() + untilMs - access.nowMs();
      const settled = this.#replica.change(change, store, giveUpAtMs);
      this.#settling.add(settled);
      await settled.finally(() => this.#settling.delete(settled));
    });
  }

  async #latest(): Promise<View> {
    return this.#replica.view ?? (await this.refresh());
  }

  #reject(reason: RejectReason, retryAfterMs: number): Admission {
    return { admitted: false, key: this.key, reason, retryAfterMs };
  }

  get #timing(): Timing {
    return timingOf(this.#options.policy());
  }
}
