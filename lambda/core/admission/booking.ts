import type { Holding } from './quota-hold.ts';

/** A hold that a job has taken for a later time. The job's row keeps it until then. */
export interface Booking extends Holding {
  /** The time from which the call may be made, in milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** A message may arrive a little early, because SQS delays it by whole seconds. */
const EARLY_MS = 1_000;

/**
 * A booking that is much older has decayed: others have been admitted in its place, so the job takes a
 * new hold.
 */
const VALID_MS = 60_000;

/** The longest time for which a hold is booked. A booking far ahead would not know of a changed rate. */
export const LONGEST_BOOKING_MS = 60_000;

/** Returns true if a call may be made with the booking now. */
export function isDue({ atMs }: Booking, nowMs: number): boolean {
  return nowMs >= atMs - EARLY_MS && nowMs <= atMs + VALID_MS;
}
