import type { Holding } from './quota-hold.ts';

/** A hold that a job has taken for a later time. The job's row keeps it until then. */
export interface Booking extends Holding {
  /** The time from which the call may be made, in milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** The clock of the worker that uses a booking may be this far behind that of the worker that booked. */
const CLOCK_DIFFERENCE_MS = 2_000;

/**
 * Returns true if a call may be made with the booking now.
 *
 * @param validMs the time after its turn in which a booking can be used
 */
export function isDue({ atMs }: Booking, nowMs: number, validMs: number): boolean {
  return nowMs >= atMs - CLOCK_DIFFERENCE_MS && nowMs <= atMs + validMs;
}
