import type { Circuit, Closed, Evidence, HalfOpen, Open } from './circuit.ts';
import { opensOf } from './circuit.ts';
import { cooldownEndMs } from './cooldown.ts';
import { beginEpoch, type Context, type Step } from './step.ts';

/** Opens for a cooldown, or for as long as the target asked. */
export function open(
  circuit: Closed | HalfOpen,
  evidence: Evidence,
  retryAfterMs: number,
  context: Context,
): Step {
  const { nowMs, policy, jitter } = context;
  const opens = opensOf(circuit) + 1;
  const untilMs = cooldownEndMs(
    { opens, rule: evidence.rule, retryAfterMs, jitter },
    nowMs,
    policy,
  );
  return openUntil(untilMs, circuit, evidence, context);
}

export function openUntil(
  untilMs: number,
  circuit: Circuit,
  evidence: Evidence,
  context: Context,
): Step {
  const opens = opensOf(circuit) + 1;
  const next: Open = { state: 'OPEN', ...beginEpoch(circuit, context), untilMs, opens, evidence };
  const { key, nowMs: atMs } = context;
  const { epoch } = next;
  return {
    circuit: next,
    events: [{ type: 'opened', key, epoch, atMs, untilMs, opens, evidence }],
  };
}
