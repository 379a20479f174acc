import {
  type Admission,
  type CallRequest,
  decideAdmission,
  type Rejection,
  type RejectReason,
} from './admission.ts';
import type { Circuit } from './circuit.ts';
import { CircuitReplica, type View } from './circuit-replica.ts';
import type { CircuitStore } from './circuit-store.ts';
import { uncountedPermit } from './permit.ts';
import { rampWaitMs, shareAt } from './ramp.ts';
import { lastServedAtMs, recentCallsOf } from './recent-window.ts';
import { StageClaims } from './stage-claims.ts';
import { StagePermit, type StagePermitParts } from './stage-permit.ts';
import { type Timing, timingOf } from './timing.ts';
import { TrafficShare } from './traffic-share.ts';
import type { RecentCalls } from './window-figures.ts';
import { WindowWriter } from './window-writer.ts';
import type { WorkerContext } from './worker-context.ts';

/** One circuit in one worker. Admits the circuit's calls and reports their outcomes. */
export class LocalCircuit {
  readonly key: string;
  readonly #context: WorkerContext;
  readonly #replica: CircuitReplica;
  readonly #window: WindowWriter;
  readonly #claims: StageClaims;
  readonly #share: TrafficShare;
  readonly #settling = new Set<Promise<unknown>>();
  readonly #stageParts: StagePermitParts;

  constructor(key: string, context: WorkerContext) {
    this.key = key;
    this.#context = context;
    this.#replica = new CircuitReplica(key, context);
    this.#window = new WindowWriter(key, this.#replica, context);
    this.#claims = new StageClaims(this.#replica, context);
    this.#share = new TrafficShare(context.random);
    const [replica, settling] = [this.#replica, this.#settling];
    this.#stageParts = { key, context, replica, settling };
  }

  /** Returns the view if it is recent enough for a decision. */
  freshView(nowMs: number, { viewMaxAgeMs }: Timing): View | undefined {
    const { view } = this.#replica;
    if (view?.store !== this.#context.access.current) return undefined;
    const ageMs = nowMs - view.askedAtMs;
    return ageMs >= 0 && ageMs < viewMaxAgeMs ? view : undefined;
  }

  refresh(): Promise<View> {
    return this.#replica.refresh();
  }

  async flush(): Promise<void> {
    await Promise.all([this.#window.flushAll(), ...this.#settling]);
  }

  /** Moves the circuit to the first recovery stage, if it has been closed since before `atMs`. */
  async restart(atMs: number): Promise<void> {
    const { access, clock } = this.#context;
    const { store } = await this.refresh();
    const nowMs = clock.now();
    const sinceMs = atMs - nowMs + access.nowMs();
    await this.#replica.change({ type: 'restart', sinceMs }, store, nowMs + this.#timing.recheckMs);
  }

  async lastServedAtMs(): Promise<number | undefined> {
    return lastServedAtMs(this.key, await this.#recentView(), this.#window, this.#context);
  }

  async recent(): Promise<RecentCalls | undefined> {
    return recentCallsOf(this.key, await this.#recentView(), this.#context);
  }

  /** Admits or rejects a call, using a fresh view. `nowMs` is the time of this worker's clock. */
  admit(view: View, call: CallRequest | undefined, nowMs: number): Admission | Promise<Admission> {
    const { overrides, access } = this.#context;
    if (!overrides.concern(this.key)) return this.#admitByState(view, call, nowMs);
    const storeNowMs = access.nowMs();
    const override = overrides.inForce(this.key, storeNowMs);
    if (!override) {
      const endedMs = overrides.forceOpenEndedMs(this.key, storeNowMs);
      if (view.circuit.sinceMs >= endedMs) return this.#admitByState(view, call, nowMs);
      return this.#recover(view.store, endedMs, call);
    }
    switch (override.mode) {
      case 'force-open': {
        // The override may be lifted at any time, so no caller waits longer than a cooldown.
        const retryAfterMs = Math.min(override.untilMs - storeNowMs, this.#timing.cooldownMs);
        return this.#reject('forced-open', retryAfterMs);
      }
      case 'force-closed':
        return { admitted: true, permit: uncountedPermit(this.key) };
      case 'observe':
        return this.#admitCounted(view, call, nowMs);
      default:
        return override.mode satisfies never;
    }
  }

  /**
   * Admits or rejects a call, based on the circuit's state. If `hasClaimed` is true, the call's
   * claim returned this circuit but no permit, and the call does not claim a second time.
   */
  #admitByState(
    view: Pick<View, 'circuit' | 'store'>,
    call: CallRequest | undefined,
    nowMs: number,
    hasClaimed = false,
  ): Admission | Promise<Admission> {
    const { circuit } = view;
    const { access, policy } = this.#context;
    const waitMs = this.#rampWaitMs(circuit);
    if (waitMs > 0) return this.#reject('ramp', waitMs);
    if (circuit.state === 'CLOSED') return this.#admitCounted(view, call, nowMs);
    const decision = decideAdmission(circuit, access.nowMs(), policy(), call?.mayProbe);
    if (decision.type === 'reject') return this.#reject(decision.reason, decision.retryAfterMs);
    if (!hasClaimed) return this.#admitByClaim(call);
    return this.#reject(circuit.state === 'OPEN' ? 'open' : 'half-open', this.#timing.recheckMs);
  }

  /** Returns 0 if the call belongs to the share of the traffic that the circuit admits. */
  #rampWaitMs(circuit: Circuit): number {
    const { access, policy } = this.#context;
    if (circuit.state !== 'CLOSED' || !circuit.ramp) return 0;
    const { ramp } = circuit;
    const nowMs = access.nowMs();
    const share = shareAt(ramp, nowMs, policy());
    return this.#share.picks(share) ? 0 : rampWaitMs(ramp, nowMs, policy());
  }

  #admitCounted(
    { circuit, store }: Pick<View, 'circuit' | 'store'>,
    call: CallRequest | undefined,
    nowMs: number,
  ): Admission {
    const permit = this.#window.permit(circuit.epoch, store, call?.subject, nowMs);
    return { admitted: true, permit };
  }

  async #admitByClaim(call: CallRequest | undefined): Promise<Admission> {
    const { leaseMs = this.#timing.leaseMs, mayProbe = true } = call ?? {};
    const claimed = await this.#claims.claim({ leaseMs, mayProbe });
    if (!claimed) return this.#admitAfterLoss(call);
    const { circuit, leaseId, store } = claimed;
    if (circuit.state === 'HALF_OPEN') {
      const lease = circuit.leases.find(({ id }) => id === leaseId);
      if (lease) {
        const held = { ...lease, store, recovery: circuit };
        return { admitted: true, permit: new StagePermit(this.#stageParts, held) };
      }
    }
    return this.#admitByState(claimed, call, this.#context.clock.now(), true);
  }

  /**
   * Decides about a call whose claim failed because the store did not answer. If the store answers
   * again by now, the call is rejected.
   */
  async #admitAfterLoss(call: CallRequest | undefined): Promise<Admission> {
    const view = await this.refresh();
    const { access, clock } = this.#context;
    if (access.isPrivate(view.store)) return this.admit(view, call, clock.now());
    return this.#reject('unknown', this.#timing.recheckMs);
  }

  /** Starts the recovery after a force-open, whatever state the circuit was in before. */
  async #recover(
    store: CircuitStore,
    endedMs: number,
    call: CallRequest | undefined,
  ): Promise<Admission> {
    const { clock } = this.#context;
    const action = { type: 'override-ended' as const, atMs: endedMs };
    const giveUpAtMs = clock.now() + this.#timing.recheckMs;
    const circuit = await this.#replica.change(action, store, giveUpAtMs);
    const isApplied = circuit !== undefined && circuit.sinceMs >= endedMs;
    return isApplied ? this.#admitByClaim(call) : this.#reject('unknown', this.#timing.recheckMs);
  }

  /** Returns the view if it is recent enough for a decision; otherwise reads the record. */
  async #recentView(): Promise<View> {
    return this.freshView(this.#context.clock.now(), this.#timing) ?? (await this.refresh());
  }

  #reject(reason: RejectReason, retryAfterMs: number): Rejection {
    return { admitted: false, key: this.key, reason, retryAfterMs };
  }

  get #timing(): Timing {
    return timingOf(this.#context.policy());
  }
}
