import { quotaDay } from '../admission/quota-day.ts';
import {
  beginEpoch,
  type Circuit,
  type Closed,
  type HalfOpen,
  type Open,
  opensOf,
  type Step,
  type StepContext,
} from './circuit.ts';
import type { Evidence } from './events.ts';
import { capacityShareAfter } from './known-capacity.ts';
import { timingOf } from './timing.ts';

/** Opens the circuit for one cooldown, or for longer if the target asked for a longer wait. */
export function open(
  circuit: Closed | HalfOpen,
  evidence: Evidence,
  retryAfterMs: number,
  context: StepContext,
): Step {
  const opens = opensOf(circuit) + 1;
  const end =
    evidence.rule === 'quota-day'
      ? quotaEnd(context)
      : { untilMs: cooldownEndMs(opens, retryAfterMs, context) };
  return openUntil(end, circuit, evidence, context);
}

/** Opens the circuit until a given time, whatever its state was. */
export function openUntil(
  end: Pick<Open, 'untilMs' | 'probeAtMs'>,
  circuit: Circuit,
  evidence: Evidence,
  context: StepContext,
): Step {
  const opens = opensOf(circuit) + 1;
  const { key, nowMs: atMs, policy } = context;
  const capacityShare = capacityShareAfter(circuit, evidence, atMs, policy);
  const next: Open = {
    state: 'OPEN',
    ...beginEpoch(circuit, context),
    ...end,
    opens,
    evidence,
    ...(capacityShare !== undefined && { capacityShare }),
  };
  const { untilMs } = end;
  const { epoch } = next;
  return {
    circuit: next,
    events: [{ type: 'opened', key, epoch, atMs, untilMs, opens, evidence }],
  };
}

/**
 * Returns the end of the cooldown. `opens` counts this opening too. The jitter of ±10 % keeps
 * circuits that opened together from probing at the same instant.
 */
function cooldownEndMs(
  opens: number,
  retryAfterMs: number,
  { nowMs, policy, jitter }: StepContext,
): number {
  const longestMs = policy.cooldownMaxSeconds * 1000;
  const growth = policy.cooldownMultiplier ** (opens - 1);
  const baseMs = Math.min(timingOf(policy).cooldownMs * growth, longestMs);
  const jitteredMs = baseMs * (0.9 + 0.2 * jitter);
  return nowMs + Math.round(Math.min(Math.max(jitteredMs, retryAfterMs), longestMs));
}

/**
 * Returns the reset of the daily quota, and the time of a probe before it. AWS does not document
 * when the quota really resets, and a support case may raise it during the day.
 */
function quotaEnd({ nowMs, policy }: StepContext): Pick<Open, 'untilMs' | 'probeAtMs'> {
  const untilMs = quotaDay(nowMs, policy).endMs;
  const probeAtMs = nowMs + timingOf(policy).dailyProbeMs;
  return probeAtMs < untilMs ? { untilMs, probeAtMs } : { untilMs };
}
