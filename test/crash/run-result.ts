import type { JobView } from '../../lambda/contract/schemas/job-views.ts';
import type { CompletionEvent } from '../../lambda/core/jobs/completion-event.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import type { InjectedFault } from './faults.ts';
import type { QuotaBooks } from './quota-ledger.ts';

/** The final state of a run, as its client and its operator can observe it. */
export interface FinalState {
  /** True if the run ended because no event was left. */
  readonly isAtRest: boolean;
  readonly isAccepted: boolean;
  /** True if the API accepted the cancel before a model had answered. */
  readonly isCancelAccepted: boolean;
  readonly row?: Job;
  /** The response of GET /v1/jobs/{id} after the job has ended. */
  readonly view?: JobView;
  readonly events: readonly CompletionEvent[];
  readonly deadLetters: number;
  /** The number of model calls that reached their first token, which cost money. */
  readonly begun: number;
  /** The number of messages that were sent to the workers. */
  readonly sends: number;
  /** Rules that the row or a model call broke during the run. */
  readonly violations: readonly string[];
  /** The longest time for which the row belonged to a dead or stalled process, in milliseconds. */
  readonly longestOrphanMs: number;
  /** The longest time for which a call went on after its run lost the job, in milliseconds. */
  readonly longestStrayMs: number;
  /** The books of the primary's quota, if the platform keeps them. */
  readonly quota?: QuotaBooks;
}

export interface RunResult extends FinalState {
  readonly injected: readonly InjectedFault[];
}
