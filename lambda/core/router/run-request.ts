import type { Conversation } from '../../contract/conversation.ts';
import type { JobOptions } from '../../contract/job-request.ts';
import type { Booking } from '../admission/booking.ts';
import type { Attempt, RefusedTarget } from './run-result.ts';

/** One run of one job, with its caller's options. */
export interface RunRequest extends JobOptions {
  readonly jobId: string;
  readonly tenant: string;
  readonly chain: string;
  readonly conversation: Conversation;
  /** The attempts of the job's earlier runs, oldest first. */
  readonly attempts: readonly Attempt[];
  /** The number of failed calls that the job has been charged with. */
  readonly failedCalls: number;
  /**
   * The targets that this run called before it was put back for lack of time; it does not call them
   * again. @default none
   */
  readonly calledTargets?: readonly string[];
  /** The targets that refused the job in earlier runs. @default none */
  readonly refusedTargets?: readonly RefusedTarget[];
  /** The quota that an earlier run has booked for a call. @default none */
  readonly booking?: Booking;
  readonly deadlineAtMs: number;
  /** Lambda stops the function at this time. A call starts only if it can have its full time. */
  readonly functionEndsAtMs: number;
  readonly lease: JobLease;
}

/** The job's lease, which tells other workers that this run is alive. */
export interface JobLease {
  /** Renews the lease before a call. Any result except `go` ends the run. */
  renew(): Promise<'go' | LeaseLoss>;
  /**
   * Renews the lease again and again while a call runs. Resolves when `callEnded` aborts, or earlier
   * with the reason if the job was cancelled or belongs to another run.
   */
  hold(callEnded: AbortSignal): Promise<LeaseLoss | undefined>;
}

export type LeaseLoss = 'cancelled' | 'lost';
