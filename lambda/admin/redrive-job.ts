import type { Settings } from '../contract/policy.ts';
import { parseMessage } from '../contract/schemas/message.ts';
import type { RedriveReport, RedriveRequest } from '../contract/schemas/redrive.ts';
import { errorName } from '../core/error-name.ts';
import type { DeadLetter } from '../core/jobs/dead-letter-queue.ts';
import type { Job } from '../core/jobs/job.ts';
import { keptJob } from '../http/job-view.ts';
import { awaitsRedrive, move } from './move-job.ts';
import { MARGIN_MS, PAGE_SIZE, type RedriveDependencies } from './redrive.ts';
import { readServingTargets } from './serving-targets.ts';

/**
 * The pages in which the job's message is looked for: 200 messages, which takes a second or two. If
 * the message is behind them, a later redrive of the queue finds and discards it.
 */
const MOST_PAGES = 20;

export type JobRedrive =
  | { readonly kind: 'ended'; readonly report: RedriveReport }
  | { readonly kind: 'unknown' }
  /** The job is not dead-lettered, or its content is gone. `detail` says which. */
  | { readonly kind: 'not-redrivable'; readonly detail: string };

/**
 * Moves one dead-lettered job back into the queue at once, wherever its message is in the dead-letter
 * queue, and then removes the message if it is found soon. The job is held, and not moved, while no
 * target that it may use admits calls.
 */
export async function redriveJob(
  dependencies: RedriveDependencies,
  settings: Settings,
  { jobId, dryRun }: Pick<RedriveRequest, 'dryRun'> & { readonly jobId: string },
  endsAtMs: number,
): Promise<JobRedrive> {
  const { jobs, deadLetters, clock, log } = dependencies;
  const job = keptJob(await jobs.get(jobId), clock.now());
  if (!job) return { kind: 'unknown' };
  if (!awaitsRedrive(job, clock.now())) return notRedrivable(job);
  const serving = await readServingTargets(dependencies, settings);
  const isHeld = !serving.canRun(job);
  if (!isHeld && !dryRun) {
    const updated = await move(dependencies, settings, job);
    if (!updated.applied) return updated.current ? notRedrivable(updated.current) : UNKNOWN;
    await discardLetter(dependencies, jobId, endsAtMs);
  }
  const counts = { moved: isHeld ? 0 : 1, skipped: 0, held: isHeld ? 1 : 0, unreadable: 0 };
  const report = { ...counts, left: await deadLetters.count(), dryRun };
  log.info('redrive finished', { jobId, ...report });
  return { kind: 'ended', report };
}

const UNKNOWN: JobRedrive = { kind: 'unknown' };

function notRedrivable({ status, purge }: Job): JobRedrive {
  const why = purge ? 'content was purged' : `status is ${status}`;
  return { kind: 'not-redrivable', detail: `got a job whose ${why}` };
}

/**
 * Removes the job's message from the dead-letter queue. The job has been moved, so a failure must not
 * hide that: a message that stays is discarded by a later redrive of the queue.
 */
async function discardLetter(
  dependencies: RedriveDependencies,
  jobId: string,
  endsAtMs: number,
): Promise<void> {
  const { deadLetters, clock, log } = dependencies;
  const others: DeadLetter[] = [];
  let isFound = false;
  try {
    for (let page = 0; page < MOST_PAGES && !isFound; page++) {
      if (clock.now() > endsAtMs - MARGIN_MS) break;
      const letters = await deadLetters.receive(PAGE_SIZE);
      if (letters.length === 0) break;
      others.push(...letters.filter((letter) => !isOf(letter, jobId)));
      const own = letters.filter((letter) => isOf(letter, jobId));
      isFound = own.length > 0;
      await Promise.all(own.map((letter) => deadLetters.remove(letter)));
    }
    await deadLetters.release(others);
  } catch (error) {
    log.warn('dead letter of a redriven job not removed', { jobId, error: errorName(error) });
  }
}

function isOf({ body }: DeadLetter, jobId: string): boolean {
  const parsed = parseMessage(body);
  return parsed.readable && parsed.message.jobId === jobId;
}
