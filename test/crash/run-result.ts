import type { JobView } from '../../lambda/contract/schemas/job-views.ts';
import type { CompletionEvent } from '../../lambda/core/jobs/completion-event.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import type { InjectedFault } from './faults.ts';

/** The final state of a run, as it can be seen from outside. */
export interface FinalState {
  /** True when nothing was left to happen. */
  readonly isAtRest: boolean;
  readonly isAccepted: boolean;
  /** True if the API accepted the cancel before a model had answered. */
  readonly isCancelAccepted: boolean;
  readonly row?: Job;
  /** The ended job as GET /v1/jobs/{id} shows it. */
  readonly view?: JobView;
  readonly events: readonly CompletionEvent[];
  readonly deadLetters: number;
  /** Model calls that cost money. */
  readonly answered: number;
  /** Messages sent to the workers. */
  readonly sends: number;
  /** Rules that the row or a model call broke during the run. */
  readonly violations: readonly string[];
}

export interface RunResult extends FinalState {
  readonly injected: readonly InjectedFault[];
}
