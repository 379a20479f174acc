import type { WhenOpen } from '../../contract/words.ts';
import type { Conversation } from './model-client.ts';

/** One run: a single visit of a job to the targets that admit it. */
export interface RunRequest {
  readonly jobId: string;
  readonly conversation: Conversation;
  readonly whenOpen: WhenOpen;
  /** Name of the last tier that may serve. @default the last of the chain */
  readonly minTier?: string;
  /** Regions that may serve; no fallback leaves them. @default all */
  readonly regions?: readonly string[];
  readonly deadlineAtMs: number;
  /** When the function ends; a call that cannot have its full time before it is not started. */
  readonly functionEndsAtMs: number;
  /** Before each call: renews the lease; anything but `go` ends the run. */
  readonly beforeCall: () => Promise<'go' | 'cancelled' | 'lost'>;
  /** How often in a row this job was deferred; its back-off doubles with it. @default 0 */
  readonly deferrals?: number;
  /** Cuts the running call short; the run then ends as `out-of-time`. */
  readonly signal?: AbortSignal;
}
