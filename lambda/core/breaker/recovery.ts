import type { BreakerPolicy } from '../../contract/policy.ts';
import type { TargetFailureKind } from '../../contract/words.ts';
import type { Circuit, Closed, Evidence, HalfOpen, Lease, Open } from './circuit.ts';
import { opensOf } from './circuit.ts';
import { open } from './opening.ts';
import { beginEpoch, type Context, type Step, unchanged } from './step.ts';
import { timingOf } from './timing.ts';

/** What the call of a permit came to. */
export type ProbeResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'ignored' }
  | {
      readonly kind: 'failure';
      readonly failure?: TargetFailureKind;
      readonly slow: boolean;
      readonly retryAfterMs: number;
    };

/**
 * Gives out permits of the recovery's stage, to the leases asked for, as far as they go. Begins the
 * recovery when the cooldown is over, moves it on when its stage is complete, and ends it when a
 * permit ran out for the second time.
 */
export function claim(circuit: Circuit, leaseIds: readonly string[], context: Context): Step {
  switch (circuit.state) {
    case 'CLOSED':
      return unchanged(circuit);
    case 'OPEN':
      if (context.nowMs < circuit.untilMs) return unchanged(circuit);
      return then(halfOpen(circuit, circuit.evidence, context), (next) =>
        grant(next, leaseIds, context),
      );
    case 'HALF_OPEN': {
      const hung = circuit.leases.some((lease) => isExpired(lease, context) && lease.expiries > 0);
      if (hung) return open(circuit, expiredPermit(circuit), 0, context);
      return then(advance(circuit, context), (next) => grant(next, leaseIds, context));
    }
    default:
      return circuit satisfies never;
  }
}

function grant(circuit: HalfOpen, leaseIds: readonly string[], context: Context): Step {
  const held = new Set(circuit.leases.map(({ id }) => id));
  const expired = circuit.leases.filter((lease) => isExpired(lease, context));
  const live = circuit.leases.length - expired.length;
  const free = permitsOf(circuit, context.policy) - circuit.succeeded - live;
  const wanted = leaseIds.filter((id) => !held.has(id));
  const granted = wanted.slice(0, Math.max(0, free)).map((id, i) => ({
    id,
    untilMs: context.nowMs + timingOf(context.policy).leaseMs,
    expiries: (expired[i]?.expiries ?? -1) + 1,
  }));
  if (granted.length === 0) return unchanged(circuit);
  const regranted = new Set(expired.slice(0, granted.length));
  const kept = circuit.leases.filter((lease) => !regranted.has(lease));
  return { circuit: { ...circuit, leases: [...kept, ...granted] }, events: [] };
}

/** Counts the result of a permit whose lease is alive; any other result comes too late. */
export function settle(
  circuit: HalfOpen,
  leaseId: string,
  result: ProbeResult,
  context: Context,
): Step {
  const lease = circuit.leases.find(({ id }) => id === leaseId);
  if (!lease || isExpired(lease, context)) return unchanged(circuit);
  const leases = circuit.leases.filter((other) => other !== lease);
  switch (result.kind) {
    case 'ignored':
      return { circuit: { ...circuit, leases }, events: [] };
    case 'failure':
      return open(circuit, failedProbe(circuit, result), result.retryAfterMs, context);
    case 'success':
      return advance({ ...circuit, leases, succeeded: circuit.succeeded + 1 }, context);
    default:
      return result satisfies never;
  }
}

/** To the next stage, or closed after the last, if the stage has its successes. */
function advance(circuit: HalfOpen, context: Context): Step {
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

function close(circuit: HalfOpen, context: Context): Step {
  const closed: Closed = {
    state: 'CLOSED',
    ...beginEpoch(circuit, context),
    seededSuccesses: circuit.succeeded,
  };
  const { key, nowMs: atMs } = context;
  const { epoch, seededSuccesses: successes } = closed;
  return { circuit: closed, events: [{ type: 'closed', key, epoch, atMs, successes }] };
}

/** A recovery without an opening before it: nothing failed here, so nothing is reported as a trip. */
export function restart(circuit: Closed, context: Context): Step {
  return halfOpen(circuit, { rule: 'restart', calls: 0, failures: 0 }, context);
}

function halfOpen(circuit: Closed | Open, evidence: Evidence, context: Context): Step {
  const next: HalfOpen = {
    state: 'HALF_OPEN',
    ...beginEpoch(circuit, context),
    stage: 0,
    succeeded: 0,
    leases: [],
    opens: opensOf(circuit),
    evidence,
  };
  const { key, nowMs: atMs, policy } = context;
  const { epoch, stage } = next;
  const permits = permitsOf(next, policy);
  return {
    circuit: next,
    events: [{ type: 'half_opened', key, epoch, atMs, stage, permits }],
  };
}

function failedProbe(
  { stage }: HalfOpen,
  { failure, slow }: Extract<ProbeResult, { kind: 'failure' }>,
): Evidence {
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

/** 0 for a stage that the policy has no more: then it is complete. */
export function permitsOf({ stage }: HalfOpen, policy: BreakerPolicy): number {
  return policy.recoveryStages[stage] ?? 0;
}

function isExpired({ untilMs }: Lease, { nowMs }: Pick<Context, 'nowMs'>): boolean {
  return nowMs >= untilMs;
}

function then(step: Step, next: (circuit: HalfOpen) => Step): Step {
  if (step.circuit.state !== 'HALF_OPEN') return step;
  const second = next(step.circuit);
  return { circuit: second.circuit, events: [...step.events, ...second.events] };
}
