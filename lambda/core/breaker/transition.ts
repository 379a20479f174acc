import {
  type Circuit,
  type LeaseClaim,
  type Step,
  type StepContext,
  unchanged,
} from './circuit.ts';
import { open, openUntil } from './cooldown.ts';
import type { Evidence } from './events.ts';
import type { FailedProbe, ProbeResult } from './permit.ts';
import { eased } from './ramp.ts';
import { beginRecovery, claim, reopen, settle } from './recovery.ts';
import { timingOf } from './timing.ts';

/** The input of a transition. An action that is too late for its epoch or lease changes nothing. */
export type CircuitAction =
  | {
      readonly type: 'trip';
      readonly epoch: number;
      readonly evidence: Evidence;
      readonly retryAfterMs: number;
    }
  /** A trip rule holds, but an `observe` override keeps the circuit closed. */
  | { readonly type: 'would-open'; readonly epoch: number; readonly evidence: Evidence }
  /** The target lacks capacity for the share that a ramp admits since `sinceMs`. */
  | { readonly type: 'ease'; readonly epoch: number; readonly sinceMs: number }
  /** Claims one permit each. The stage grants as many as are free. */
  | { readonly type: 'claim'; readonly claims: readonly LeaseClaim[] }
  | {
      readonly type: 'settle';
      readonly epoch: number;
      readonly leaseId: string;
      readonly result: ProbeResult;
    }
  /** A call of the recovery failed after its first token. */
  | { readonly type: 'break'; readonly epoch: number; readonly failure: FailedProbe }
  /** A force-open ended at `atMs`. The circuit recovers from the first stage. */
  | { readonly type: 'override-ended'; readonly atMs: number }
  /** Traffic returns in stages, unless the circuit has changed its state since `sinceMs`. */
  | { readonly type: 'restart'; readonly sinceMs: number };

export function transition(circuit: Circuit, action: CircuitAction, context: StepContext): Step {
  const step = apply(circuit, action, context);
  if (step.circuit === circuit) return step;
  return { ...step, circuit: { ...step.circuit, version: circuit.version + 1 } };
}

function apply(circuit: Circuit, action: CircuitAction, context: StepContext): Step {
  switch (action.type) {
    case 'trip':
      if (circuit.state !== 'CLOSED' || circuit.epoch !== action.epoch) return unchanged(circuit);
      return open(circuit, action.evidence, action.retryAfterMs, context);
    case 'would-open':
      return wouldOpen(circuit, action, context);
    case 'ease':
      return ease(circuit, action, context);
    case 'claim':
      return claim(circuit, action.claims, context);
    case 'settle':
      if (circuit.state !== 'HALF_OPEN' || circuit.epoch !== action.epoch) {
        return unchanged(circuit);
      }
      return settle(circuit, action.leaseId, action.result, context);
    case 'break':
      if (circuit.state !== 'HALF_OPEN' || circuit.epoch !== action.epoch) {
        return unchanged(circuit);
      }
      return reopen(circuit, action.failure, context);
    case 'override-ended':
      if (circuit.sinceMs >= action.atMs) return unchanged(circuit);
      return openUntil({ untilMs: action.atMs }, circuit, OVERRIDE_ENDED, context);
    case 'restart':
      // An open or half-open circuit goes through the stages anyway.
      if (circuit.state !== 'CLOSED' || circuit.sinceMs >= action.sinceMs) {
        return unchanged(circuit);
      }
      return beginRecovery(circuit, RESTARTED, context);
    default:
      return action satisfies never;
  }
}

/** Eases the ramp, unless another worker has eased it since. */
function ease(
  circuit: Circuit,
  { epoch, sinceMs }: Extract<CircuitAction, { type: 'ease' }>,
  { nowMs, policy }: StepContext,
): Step {
  if (circuit.state !== 'CLOSED' || circuit.epoch !== epoch) return unchanged(circuit);
  if (circuit.ramp?.sinceMs !== sinceMs) return unchanged(circuit);
  return { circuit: { ...circuit, ramp: eased(circuit.ramp, nowMs, policy) }, events: [] };
}

const OVERRIDE_ENDED: Evidence = { rule: 'override-ended', calls: 0, failures: 0 };
const RESTARTED: Evidence = { rule: 'restart', calls: 0, failures: 0 };

function wouldOpen(
  circuit: Circuit,
  { epoch, evidence }: Extract<CircuitAction, { type: 'would-open' }>,
  { key, nowMs, policy }: StepContext,
): Step {
  if (circuit.state !== 'CLOSED' || circuit.epoch !== epoch) return unchanged(circuit);
  if (nowMs < (circuit.wouldOpenUntilMs ?? 0)) return unchanged(circuit);
  const untilMs = nowMs + timingOf(policy).cooldownMs;
  return {
    circuit: { ...circuit, wouldOpenUntilMs: untilMs },
    events: [{ type: 'would_open', key, epoch, atMs: nowMs, untilMs, evidence }],
  };
}
