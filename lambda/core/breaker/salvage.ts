import type { BreakerPolicy } from '../../contract/policy.ts';
import { type Circuit, type Open, opensOf } from './circuit.ts';
import { isObject } from './record.ts';
import { timingOf } from './timing.ts';

/**
 * What a record that cannot be read counts as: open for one cooldown from its first sight. Then its
 * recovery replaces it. Version and epoch go on from what it still tells.
 */
export function quarantined(record: unknown, firstSeenMs: number, policy: BreakerPolicy): Open {
  const { version, epoch } = isObject(record) ? record : {};
  return {
    state: 'OPEN',
    version: countOr(version, 1),
    epoch: Math.max(countOr(epoch, 0), Math.floor(firstSeenMs / 1000)),
    sinceMs: firstSeenMs,
    writer: '',
    untilMs: firstSeenMs + timingOf(policy).cooldownMs,
    opens: 1,
    evidence: { rule: 'unreadable', calls: 0, failures: 0 },
  };
}

/**
 * What a worker goes on with alone when it loses the store: what it saw last, but for a recovery:
 * its permits are shared, so the worker has none to give and waits for one cooldown.
 */
export function isolated(circuit: Circuit, nowMs: number, policy: BreakerPolicy): Circuit {
  if (circuit.state !== 'HALF_OPEN') return circuit;
  const { version, epoch, writer } = circuit;
  return {
    state: 'OPEN',
    version: version + 1,
    epoch: epoch + 1,
    sinceMs: nowMs,
    writer,
    untilMs: nowMs + timingOf(policy).cooldownMs,
    opens: opensOf(circuit),
    evidence: { rule: 'store-lost', calls: 0, failures: 0 },
  };
}

function countOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : otherwise;
}
