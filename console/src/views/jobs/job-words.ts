/** Sentences on a job: what it waits for, how its answer falls short, and what can be done with it. */
import { hasEnded, type JobStatus } from '../../../../lambda/contract/words.ts';
import type { AdminJob } from '../../../contract/jobs.ts';
import type { SignName, Tone } from '../sign-names.ts';
import { becauseOf, skipWord } from './attempt-words.ts';

/** The sign of each status. */
export const STATUS_SIGNS: Readonly<Record<JobStatus, readonly [SignName, Tone]>> = {
  QUEUED: ['ring', 'idle'],
  RUNNING: ['half', 'idle'],
  DEFERRED: ['pause', 'warn'],
  SUCCEEDED: ['check', 'good'],
  FAILED: ['cross', 'bad'],
  DEAD_LETTERED: ['tray', 'bad'],
  EXPIRED: ['clock', 'bad'],
  CANCELLED: ['stop', 'idle'],
};

/** How a status names times and targets. */
export interface Names {
  timeOf(iso: string): string;
  targetOf(target: string): string;
}

/** Returns `DEFERRED until 12:31:05 because us-east-1 sonnet-4-5 is open`, or the status alone. */
export function statusLine(job: AdminJob, { timeOf, targetOf }: Names): string {
  if (job.status !== 'DEFERRED') return job.status;
  const until = job.nextAttemptAt === undefined ? '' : ` until ${timeOf(job.nextAttemptAt)}`;
  const [first, ...others] = job.waitsFor ?? [];
  if (!first) return `${job.status}${until}`;
  const because = `${job.status}${until} because ${targetOf(first.target)}`;
  if (others.length === 0) return `${because} is ${skipWord(first.reason)}`;
  return `${because} (${skipWord(first.reason)}) and ${others.length} more admit no calls`;
}

/** Returns one sentence for each target that a deferred job waits for. */
export function waitSentences(job: AdminJob): readonly string[] {
  return (job.waitsFor ?? []).map(
    ({ target, reason }) => `${target} is skipped because ${becauseOf(reason)}.`,
  );
}

const REDUCTIONS: Readonly<Record<string, string>> = {
  tier: 'A tier after the first one answered.',
  simplify: 'The request was simplified for its tier.',
  maxTokens: 'maxTokens was lowered to what the model allows.',
  reasoningContent: 'Earlier thoughts of another model were left out.',
};

/** Returns a sentence for an entry of `degradedBy`. */
export function reductionSentence(reduction: string): string {
  return Object.hasOwn(REDUCTIONS, reduction)
    ? (REDUCTIONS[reduction] ?? '')
    : `${reduction} was left out or changed, because the model refuses it.`;
}

export type JobAction = 'cancel' | 'redrive' | 'run-again' | 'edit';

/** Returns the actions that the job allows now, the most likely one first. */
export function actionsOf(
  job: Pick<AdminJob, 'status' | 'purge' | 'cancelRequested'>,
): readonly JobAction[] {
  const again: readonly JobAction[] = job.purge === undefined ? ['run-again', 'edit'] : [];
  if (!hasEnded(job.status)) return job.cancelRequested ? again : ['cancel', ...again];
  return job.status === 'DEAD_LETTERED' ? ['redrive', ...again] : again;
}
