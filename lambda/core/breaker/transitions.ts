import type { Circuit, Evidence } from './circuit.ts';
import { open, openUntil } from './opening.ts';
import { claim, type ProbeResult, restart, settle } from './recovery.ts';
import { type Context, type Step, unchanged } from './step.ts';
import { timingOf } from './timing.ts';

/** What may happen to a circuit. One that comes too late for its epoch or lease changes nothing. */
export type Change =
  | {
      readonly type: 'trip';
      readonly epoch: number;
      readonly evidence: Evidence;
      readonly retryAfterMs: number;
    }
  /** As a trip, under `observe`. */
  | { readonly type: 'would-open'; readonly epoch: number; readonly evidence: Evidence }
  /** Asks for permits, as many as there are ids; gets those that the stage has left. */
  | { readonly type: 'claim'; readonly leaseIds: readonly string[] }
  | {
      readonly type: 'settle';
      readonly epoch: number;
      readonly leaseId: string;
      readonly result: ProbeResult;
    }
  /** A force-open ended at that time: recovery starts from its first stage. */
  | { readonly type: 'override-ended'; readonly atMs: number }
  /** Traffic by stages, unless the circuit has changed since that time. */
  | { readonly type: 'restart'; readonly sinceMs: number };

export function transition(circuit: Circuit, change: Change, context: Context): Step {
  const step = apply(circuit, change, context);
  if (step.circuit === circuit) return step;
  return { ...step, circuit: { ...step.circuit, version: circuit.version + 1 } };
}

function apply(circuit: Circuit, change: Change, context: Context): Step {
  switch (change.type) {
    case 'trip':
      if (circuit.state !== 'CLOSED' || circuit.epoch !== change.epoch) return unchanged(circuit);
      return open(circuit, change.evidence, change.retryAfterMs, context);
    case 'would-open':
      return wouldOpen(circuit, change, context);
    case 'claim':
      return claim(circuit, change.leaseIds, context);
    case 'settle':
      if (circuit.state !== 'HALF_OPEN' || circuit.epoch !== change.epoch) {
        return unchanged(circuit);
      }
      return settle(circuit, change.leaseId, change.result, context);
    case 'override-ended':
      if (circuit.sinceMs >= change.atMs) return unchanged(circuit);
      return openUntil(change.atMs, circuit, OVERRIDE_ENDED, context);
    case 'restart':
      // Any other state leads through the stages anyway, after its own cooldown.
      if (circuit.state !== 'CLOSED' || circuit.sinceMs >= change.sinceMs)
        return unchanged(circuit);
      return restart(circuit, context);
    default:
      return change satisfies never;
  }
}

const OVERRIDE_ENDED: Evidence = { rule: 'override-ended', calls: 0, failures: 0 };

function wouldOpen(
  circuit: Circuit,
  { epoch, evidence }: Extract<Change, { type: 'would-open' }>,
  { key, nowMs, policy }: Context,
): Step {
  if (circuit.state !== 'CLOSED' || circuit.epoch !== epoch) return unchanged(circuit);
  if (nowMs < (circuit.wouldOpenUntilMs ?? 0)) return unchanged(circuit);
  const untilMs = nowMs + timingOf(policy).cooldownMs;
  return {
    circuit: { ...circuit, wouldOpenUntilMs: untilMs },
    events: [{ type: 'would_open', key, epoch, atMs: nowMs, untilMs, evidence }],
  };
}
