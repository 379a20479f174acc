import type { BreakerPolicy } from '../../contract/policy.ts';
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
import type { Evidence, EvidenceRule } from './events.ts';
import { timingOf } from './timing.ts';

const DAY_MS = 86_400_000;
/** The longest wait for a daily quota. A daylight-saving change may move the reset by one hour. */
const QUOTA_DAY_MAX_MS = 25 * 3_600_000;

/** Opens the circuit for one cooldown, or for longer if the target asked for a longer wait. */
export function open(
  circuit: Closed | HalfOpen,
  evidence: Evidence,
  retryAfterMs: number,
  context: StepContext,
): Step {
  const opening = { opens: opensOf(circuit) + 1, rule: evidence.rule, retryAfterMs };
  return openUntil(cooldownEndMs(opening, context), circuit, evidence, context);
}

export function openUntil(
  untilMs: number,
  circuit: Circuit,
  evidence: Evidence,
  context: StepContext,
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

interface Opening {
  /** The number of openings since the circuit was last closed, including this one. */
  readonly opens: number;
  readonly rule: EvidenceRule;
  /** The longest wait that the target asked for. */
  readonly retryAfterMs: number;
}

/**
 * Returns the end of the cooldown. Its jitter of ±10 % keeps circuits that opened together from
 * probing at the same instant.
 */
function cooldownEndMs(
  { opens, rule, retryAfterMs }: Opening,
  { nowMs, policy, jitter }: StepContext,
): number {
  if (rule === 'quota-day') return quotaResetMs(nowMs, policy);
  const longestMs = policy.cooldownMaxSeconds * 1000;
  const growth = policy.cooldownMultiplier ** (opens - 1);
  const baseMs = Math.min(timingOf(policy).cooldownMs * growth, longestMs);
  const jitteredMs = baseMs * (0.9 + 0.2 * jitter);
  return nowMs + Math.round(Math.min(Math.max(jitteredMs, retryAfterMs), longestMs));
}

function quotaResetMs(nowMs: number, { dailyQuotaResetUtc }: BreakerPolicy): number {
  const [hours = 0, minutes = 0] = dailyQuotaResetUtc.split(':').map(Number);
  const todayMs = nowMs - (nowMs % DAY_MS) + (hours * 60 + minutes) * 60_000;
  const resetMs = todayMs > nowMs ? todayMs : todayMs + DAY_MS;
  return Math.min(resetMs, nowMs + QUOTA_DAY_MAX_MS);
}
