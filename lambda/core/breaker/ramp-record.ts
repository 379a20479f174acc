import { isoTime } from '../clock.ts';
import type { Ramp } from './ramp.ts';
import { isObject, timeOf } from './record-fields.ts';

/** Returns the ramp as a store keeps it. */
export function toRampRecord({ sinceMs, share, capacityShare }: Ramp) {
  return { since: isoTime(sinceMs), share, capacityShare };
}

/** Returns the ramp in a record, or `undefined` if `toRampRecord` cannot have written it. */
export function fromRampRecord(record: unknown): Ramp | undefined {
  if (!isObject(record)) return undefined;
  const sinceMs = timeOf(record.since);
  const { share, capacityShare } = record;
  if (sinceMs === undefined || !isShare(share) || !isShare(capacityShare)) return undefined;
  return share > capacityShare ? undefined : { sinceMs, share, capacityShare };
}

/** Returns true for a share above 0, up to 1. */
export function isShare(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1;
}
