import {
  beginEpoch,
  type Circuit,
  type Closed,
  type HalfOpen,
  type Lease,
  type LeaseClaim,
  type Open,
  opensOf,
  permitsOf,
  type Step,
  type StepContext,
  unchanged,
} from './circuit.ts';
import { open } from './cooldown.ts';
import type { Evidence } from './events.ts';
import { capacityShareAfter, rampAfter } from './known-capacity.ts';
import { permitsDue } from './pace.ts';
import type { FailedProbe, ProbeResult } from './permit.ts';
import { claimableAtMs, claimableByAllAtMs } from './recovery-turn.ts';

/**
 * Grants permits of the current stage to the claims, until no permit is free. Before that, begins
 * the recovery if the cooldown is over, and advances the stage if it is complete. If a permit has
 * expired twice, opens the circuit again instead. Changes nothing if no claim may be granted yet.
 */
export function claim(circuit: Circuit, claims: readonly LeaseClaim[], context: StepContext): Step {
  switch (circuit.state) {
    case 'CLOSED':
      return unchanged(circuit);
    case 'OPEN': {
      const due = dueClaims(circuit, claims, context);
      if (context.nowMs < claimableAtMs(circuit) || due.length === 0) return unchanged(circuit);
      return then(beginRecovery(circuit, circuit.evidence, context), (next) =>
        grant(next, due, context),
      );
    }
    case 'HALF_OPEN': {
      const due = dueClaims(circuit, claims, context);
      if (due.length === 0) return unchanged(circuit);
      const hung = circuit.leases.some((lease) => isExpired(lease, context) && lease.expiries > 0);
      if (hung) return open(circuit, expiredPermit(circuit), 0, context);
      return then(advance(circuit, context), (next) => grant(next, due, context));
    }
    default:
      return circuit satisfies never;
  }
}

/** Leaves out the claims of calls that should not probe, unless the circuit has waited long enough. */
function dueClaims(
  circuit: Open | HalfOpen,
  claims: readonly LeaseClaim[],
  { nowMs, policy }: StepContext,
): readonly LeaseClaim[] {
  if (nowMs >= claimableByAllAtMs(circuit, policy)) return claims;
  return claims.filter(({ mayProbe }) => mayProbe);
}

function grant(circuit: HalfOpen, claims: readonly LeaseClaim[], context: StepContext): Step {
  const held = new Set(circuit.leases.map(({ id }) => id));
  const expired = circuit.leases.filter((lease) => isExpired(lease, context));
  const live = circuit.leases.length - expired.length;
  const left = permitsOf(circuit, context.policy) - circuit.succeeded - live;
  const free = Math.min(left, permitsDue(circuit, context.nowMs, context.policy));
  const wanted = claims.filter(({ id }) => !held.has(id));
  const granted = wanted.slice(0, Math.max(0, free)).map(({ id, leaseMs }, i) => ({
    id,
    untilMs: context.nowMs + Math.round(leaseMs),
    expiries: expired[i] ? expired[i].expiries + 1 : 0,
  }));
  if (granted.length === 0) return unchanged(circuit);
  const regranted = new Set(expired.slice(0, granted.length));
  const kept = circuit.leases.filter((lease) => !regranted.has(lease));
  return { circuit: { ...circuit, leases: [...kept, ...granted] }, events: [] };
}

/** Counts a call's result if its lease has not expired. A later result changes nothing. */
export function settle(
  circuit: HalfOpen,
  leaseId: string,
  result: ProbeResult,
  context: StepContext,
): Step {
  const lease = circuit.leases.find(({ id }) => id === leaseId);
  if (!lease || isExpired(lease, context)) return unchanged(circuit);
  const leases = circuit.leases.filter((other) => other !== lease);
  switch (result.kind) {
    case 'ignored':
      return { circuit: { ...circuit, leases }, events: [] };
    case 'failure':
      return reopen(circuit, result, context);
    case 'success':
      return advance({ ...circuit, leases, succeeded: circuit.succeeded + 1 }, context);
    default:
      return result satisfies never;
  }
}

/**
 * Opens the circuit after a failed call of the recovery. A call that fails after its first token
 * does so even if its permit was settled or its lease has ended: otherwise a target that breaks in
 * mid-answer would pass the stages on the strength of its first tokens.
 */
export function reopen(circuit: HalfOpen, failure: FailedProbe, context: StepContext): Step {
  return open(circuit, evidenceOf(circuit, failure), failure.retryAfterMs, context);
}

/** Begins the next stage if the current one is complete, or closes the circuit after the last. */
function advance(circuit: HalfOpen, context: StepContext): Step {
  const { key, policy, nowMs } = context;
  if (circuit.succeeded < permitsOf(circuit, policy)) return unchanged(circuit);
  const stage = circuit.stage + 1;
  const permits = policy.recoveryStages[stage];
  if (permits === undefined) return close(circuit, context);
  const { epoch } = circuit;
  return {
    circuit: { ...circuit, stage, succeeded: 0, leases: [] },
    events: [{ type: 'stage_advanced', key, epoch, atMs: nowMs, stage, permits }],
  };
}

function close(circuit: HalfOpen, context: StepContext): Step {
  const ramp = rampAfter(circuit, context.nowMs, context.policy);
  const closed: Closed = {
    state: 'CLOSED',
    ...beginEpoch(circuit, context),
    seededSuccesses: circuit.succeeded,
    ...(ramp && { ramp }),
  };
  const { key, nowMs: atMs } = context;
  const { epoch, seededSuccesses: successes } = closed;
  return { circuit: closed, events: [{ type: 'closed', key, epoch, atMs, successes }] };
}

/** Enters the first stage, after a cooldown or straight from CLOSED. */
export function beginRecovery(
  circuit: Closed | Open,
  evidence: Evidence,
  context: StepContext,
): Step {
  const { key, nowMs: atMs, policy } = context;
  const capacityShare = capacityShareAfter(circuit, evidence, atMs, policy);
  const next: HalfOpen = {
    state: 'HALF_OPEN',
    ...beginEpoch(circuit, context),
    stage: 0,
    succeeded: 0,
    leases: [],
    opens: opensOf(circuit),
    evidence,
    ...(capacityShare !== undefined && { capacityShare }),
  };
  const { epoch, stage } = next;
  const permits = permitsOf(next, policy);
  return {
    circuit: next,
    events: [{ type: 'half_opened', key, epoch, atMs, stage, permits }],
  };
}

function evidenceOf({ stage }: HalfOpen, { failure, slow }: FailedProbe): Evidence {
  return {
    rule: failure === 'quota-day' ? 'quota-day' : 'probe',
    ...(failure && { failure, kinds: { [failure]: 1 } }),
    ...(slow && { slowCalls: 1 }),
    calls: 1,
    failures: failure ? 1 : 0,
    stage,
  };
}

function expiredPermit({ stage }: HalfOpen): Evidence {
  return {
    rule: 'expired-permit',
    failure: 'timeout',
    calls: 2,
    failures: 2,
    kinds: { timeout: 2 },
    stage,
  };
}

function isExpired({ untilMs }: Lease, { nowMs }: Pick<StepContext, 'nowMs'>): boolean {
  return nowMs >= untilMs;
}

function then(step: Step, next: (circuit: HalfOpen) => Step): Step {
  if (step.circuit.state !== 'HALF_OPEN') return step;
  const second = next(step.circuit);
  return { circuit: second.circuit, events: [...step.events, ...second.events] };
}
