import type { Conversation, JobOptions } from '../../contract/job-request.ts';

/** One run of one job, with its caller's options. */
export interface RunRequest extends JobOptions {
  readonly jobId: string;
  readonly conversation: Conversation;
  readonly deadlineAtMs: number;
  /** The end of the function. A call that cannot have its full time before it is not started. */
  readonly functionEndsAtMs: number;
  /** Renews the job's lease before each call. Any answer except `go` ends the run. */
  readonly beforeCall: () => Promise<'go' | 'cancelled' | 'lost'>;
}
