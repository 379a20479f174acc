import type { JobView } from '../../lambda/contract/schemas/job-views.ts';
import type { CompletionEvent } from '../../lambda/core/jobs/completion-event.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import type { Strike } from './fates.ts';

/** What became of a run, seen from outside. */
export interface Ending {
  /** Nothing is left to happen. */
  readonly isAtRest: boolean;
  readonly isAccepted: boolean;
  /** Its caller was told that the cancel was accepted, before a model had answered. */
  readonly isCancelAccepted: boolean;
  readonly row?: Job;
  /** The ended job as its caller reads it. */
  readonly view?: JobView;
  readonly events: readonly CompletionEvent[];
  readonly deadLetters: number;
  /** Model calls that are paid for. */
  readonly answered: number;
  /** Messages sent to the workers. */
  readonly sends: number;
  /** What must never be seen, and was. */
  readonly oddities: readonly string[];
}

export interface Story extends Ending {
  readonly strikes: readonly Strike[];
}
