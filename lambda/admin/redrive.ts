import { METRIC } from '../contract/metrics.ts';
import type { Settings } from '../contract/policy.ts';
import { parseMessage } from '../contract/schemas/message.ts';
import type { RedriveReport, RedriveRequest } from '../contract/schemas/redrive.ts';
import type { Clock } from '../core/clock.ts';
import { publishedByRedelivery } from '../core/jobs/completion-event.ts';
import type { DeadLetter, DeadLetterQueue } from '../core/jobs/dead-letter-queue.ts';
import { dispatch } from '../core/jobs/dispatch.ts';
import { leftToSweeper } from '../core/jobs/end-transitions.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobQueue } from '../core/jobs/job-queue.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import { redrive as redriven } from '../core/jobs/transitions.ts';
import type { HealthPorts } from '../core/router/get-health.ts';
import type { Log, Metrics } from '../core/telemetry.ts';
import { type Openings, readOpenings } from './openings.ts';

export interface RedriveDependencies extends HealthPorts {
  readonly jobs: Pick<JobStore, 'get' | 'update'>;
  readonly queue: Pick<JobQueue, 'send'>;
  readonly deadLetters: DeadLetterQueue;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What a page of ten may take with the SDK's retries; the report has to go out after it. */
const MARGIN_MS = 5_000;
const PAGE_SIZE = 10;

type Fate = 'moved' | 'skipped' | 'held' | 'unreadable';

/**
 * Puts dead-lettered jobs back into the queue, page by page, no faster than asked for, until the
 * dead-letter queue is empty, `limit` jobs were moved or the time is nearly up. While no target
 * would take a call it moves nothing.
 *
 * Dying anywhere loses nothing, as the row is written first: from then on the sweeper would send
 * the job, and the message that stayed behind finds it moved and is dropped by the next redrive.
 */
export async function redrive(
  dependencies: RedriveDependencies,
  settings: Settings,
  request: RedriveRequest,
  endsAtMs: number,
): Promise<RedriveReport> {
  const { deadLetters, clock, log } = dependencies;
  const batch = { request, settings, counts: { moved: 0, skipped: 0, held: 0, unreadable: 0 } };
  const staying: DeadLetter[] = [];
  let isHeld = false;
  const startedAtMs = clock.now();
  try {
    while (batch.counts.moved < request.limit && clock.now() < endsAtMs - MARGIN_MS) {
      const openings = await readOpenings(dependencies, settings);
      isHeld = openings.none;
      if (isHeld) break;
      const letters = await deadLetters.receive(pageSize(batch));
      if (letters.length === 0) break;
      staying.push(...(await handlePage(dependencies, batch, openings, letters)));
      if (!request.dryRun) await pace(clock, startedAtMs, endsAtMs, batch);
    }
  } finally {
    await deadLetters.release(staying);
  }
  const left = await deadLetters.count();
  const held = isHeld ? left : batch.counts.held;
  const report = { ...batch.counts, held, left, dryRun: request.dryRun };
  log.info('dead letters redriven', report);
  return report;
}

interface RedriveBatch {
  readonly request: RedriveRequest;
  readonly settings: Settings;
  readonly counts: Record<Fate, number>;
}

/** Never more than may be moved, nor than a second's share. */
function pageSize({ request: { limit, maxPerSecond }, counts }: RedriveBatch): number {
  return Math.min(PAGE_SIZE, Math.ceil(maxPerSecond), limit - counts.moved);
}

/** Gives the messages that stay in the dead-letter queue. */
async function handlePage(
  dependencies: RedriveDependencies,
  batch: RedriveBatch,
  openings: Openings,
  letters: readonly DeadLetter[],
): Promise<readonly DeadLetter[]> {
  const handled = await Promise.all(
    letters.map(async (letter) => {
      const fate = await handle(dependencies, batch, openings, letter);
      batch.counts[fate] += 1;
      return { letter, stays: batch.request.dryRun || fate === 'held' || fate === 'unreadable' };
    }),
  );
  return handled.filter(({ stays }) => stays).map(({ letter }) => letter);
}

async function handle(
  dependencies: RedriveDependencies,
  { request, settings }: RedriveBatch,
  openings: Openings,
  letter: DeadLetter,
): Promise<Fate> {
  const { jobs, deadLetters, clock } = dependencies;
  const parsed = parseMessage(letter.body);
  if (!parsed.readable) return 'unreadable';

  const job = await jobs.get(parsed.message.jobId);
  const isRedrivable = job !== undefined && awaitsRedrive(job, clock.now());
  if (isRedrivable && !openings.admit(job)) return 'held';
  if (request.dryRun) return isRedrivable ? 'moved' : 'skipped';

  const isMoved = isRedrivable && (await move(dependencies, settings, job));
  // SQS itself has given this message up, in which case it may be all that stands behind the event.
  if (job && publishedByRedelivery(job)) await jobs.update(job.jobId, leftToSweeper(job));
  await deadLetters.remove(letter);
  return isMoved ? 'moved' : 'skipped';
}

/** A row past its `expiresAt` counts as absent: its prompt is gone, or is any moment. */
function awaitsRedrive(job: Job, now: number): boolean {
  return job.status === 'DEAD_LETTERED' && job.expiresAt * 1000 > now;
}

/** False when somebody else has moved the job meanwhile. */
async function move(
  dependencies: RedriveDependencies,
  settings: Settings,
  job: Job,
): Promise<boolean> {
  const { jobs, clock, log, metrics } = dependencies;
  const now = clock.now();
  const updated = await jobs.update(job.jobId, redriven(job, now, settings));
  if (!updated.applied) return false;
  await dispatch(dependencies, updated.job, now);
  metrics.count(METRIC.jobsRedriven);
  log.info('job redriven', { jobId: job.jobId, redrives: updated.job.redrives });
  return true;
}

/** Waits until the jobs moved so far are no more than the rate allows. */
async function pace(
  clock: Clock,
  startedAtMs: number,
  endsAtMs: number,
  { request, counts }: RedriveBatch,
): Promise<void> {
  const nextAtMs = startedAtMs + (counts.moved / request.maxPerSecond) * 1000;
  const waitMs = Math.min(nextAtMs, endsAtMs - MARGIN_MS) - clock.now();
  if (waitMs > 0) await clock.sleep(waitMs);
}
