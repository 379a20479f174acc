import type { BreakerPolicy } from '../../contract/policy.ts';
import type { EvidenceRule } from './circuit.ts';
import { timingOf } from './timing.ts';

const DAY_MS = 86_400_000;
/** A day and its clock change. */
const QUOTA_DAY_MAX_MS = 25 * 3_600_000;

export interface Opening {
  /** Openings since the circuit was last closed, this one included. */
  readonly opens: number;
  readonly rule: EvidenceRule;
  /** The longest wait that the target asked for. */
  readonly retryAfterMs: number;
  /** In [0, 1): spreads the cooldowns of circuits that opened together by ±10 %; 0.5 is none. */
  readonly jitter: number;
}

/** When a circuit that opens at `nowMs` may be tried again. */
export function cooldownEndMs(opening: Opening, nowMs: number, policy: BreakerPolicy): number {
  if (opening.rule === 'quota-day') {
    return Math.min(dailyResetMs(nowMs, policy.dailyQuotaResetUtc), nowMs + QUOTA_DAY_MAX_MS);
  }
  const longestMs = policy.cooldownMaxSeconds * 1000;
  const growth = policy.cooldownMultiplier ** (opening.opens - 1);
  const baseMs = Math.min(timingOf(policy).cooldownMs * growth, longestMs);
  const jitteredMs = baseMs * (0.9 + 0.2 * opening.jitter);
  return nowMs + Math.round(Math.min(Math.max(jitteredMs, opening.retryAfterMs), longestMs));
}

function dailyResetMs(nowMs: number, timeOfDayUtc: string): number {
  const [hours = 0, minutes = 0] = timeOfDayUtc.split(':').map(Number);
  const todayMs = nowMs - (nowMs % DAY_MS) + (hours * 60 + minutes) * 60_000;
  return todayMs > nowMs ? todayMs : todayMs + DAY_MS;
}
