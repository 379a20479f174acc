import type { Conversation, JobOptions } from '../../contract/job-request.ts';

/** One run of one job, with its caller's options. */
export interface RunRequest extends JobOptions {
  readonly jobId: string;
  readonly conversation: Conversation;
  readonly deadlineAtMs: number;
  /** Lambda stops the function at this time. A call starts only if it can have its full time. */
  readonly functionEndsAtMs: number;
  /** Renews the job's lease before each call. Any result except `go` ends the run. */
  readonly beforeCall: () => Promise<'go' | 'cancelled' | 'lost'>;
}
