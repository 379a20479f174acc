import type { Random } from '../../lambda/core/clock.ts';
import type { FaultRule, Scenario } from '../../local/bedrock/fault-rule.ts';

const PRIMARY = '*sonnet-4-5*';

/** Faults of one model, of one region, and of all models. */
const FAULTS: readonly FaultRule[] = [
  { fault: 'throttle-minute', model: PRIMARY },
  { fault: 'throttle-rate', probability: 0.5 },
  { fault: 'unavailable' },
  { fault: 'internal-error', region: 'us-east-1' },
  { fault: 'reset', probability: 0.3 },
  { fault: 'html-503', model: PRIMARY },
  { fault: 'slow', factor: 20 },
  { fault: 'stall', model: PRIMARY },
  { fault: 'stream-error', probability: 0.5 },
  { fault: 'stream-reset', region: 'us-east-1' },
  { fault: 'slow-tokens', factor: 4 },
];

/** Draws faults that come one after the other for this many seconds, with pauses between them. */
export function flapping(seconds: number, random: Random): Scenario {
  const rules: FaultRule[] = [];
  for (let at = 1; at < seconds; ) {
    const rule = FAULTS[Math.floor(random() * FAULTS.length)] ?? { fault: 'unavailable' };
    const forSeconds = 1 + 4 * random();
    rules.push({ ...rule, atSeconds: at, forSeconds });
    at += forSeconds + 3 * random();
  }
  return rules;
}
