import { PROBLEM } from '../../contract/problems.ts';
import type { JobError } from './job.ts';

/** The reasons why jobs end without an answer, except those that the router gives. */
export const DEADLINE_PASSED: JobError = {
  type: 'urn:holdfast:problem:deadline-passed',
  title: 'The deadline passed before a target answered',
};

/** The job has used up its failed calls. */
export const NO_ANSWER: JobError = {
  type: 'urn:holdfast:problem:no-answer',
  title: 'The models answered other jobs, but not this one',
};

export const PROMPT_GONE: JobError = {
  type: 'urn:holdfast:problem:prompt-gone',
  title: 'The prompt is no longer stored',
};

export const UNAVAILABLE: JobError = {
  type: PROBLEM.unavailable.type,
  title: 'No model was available for the job',
};

export function claimsExhausted(claims: number): JobError {
  return {
    type: 'urn:holdfast:problem:claims-exhausted',
    title: `No worker could finish the job (runs: ${claims})`,
  };
}

/** Returns the reason that a dead letter carries: the last part of the error's type. */
export function deadLetterReason({ type }: JobError): string {
  return type.slice(type.lastIndexOf(':') + 1);
}
