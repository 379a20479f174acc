import type { WhenOpen } from '../../contract/words.ts';
import type { Conversation } from './model-client.ts';

/** One run of one job. */
export interface RunRequest {
  readonly jobId: string;
  readonly conversation: Conversation;
  readonly whenOpen: WhenOpen;
  /** Name of the last tier that may serve. @default the last tier of the chain */
  readonly minTier?: string;
  /** Regions that may serve; no fallback leaves them. @default all regions of the chain */
  readonly regions?: readonly string[];
  readonly deadlineAtMs: number;
  /** The end of the function. A call that cannot have its full time before it is not started. */
  readonly functionEndsAtMs: number;
  /** Renews the job's lease before each call. Any answer except `go` ends the run. */
  readonly beforeCall: () => Promise<'go' | 'cancelled' | 'lost'>;
}
