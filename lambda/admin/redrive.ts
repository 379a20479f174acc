import type { Settings } from '../contract/policy.ts';
import { parseMessage } from '../contract/schemas/message.ts';
import type { RedriveReport, RedriveRequest } from '../contract/schemas/redrive.ts';
import type { Clock } from '../core/clock.ts';
import type { DeadLetter, DeadLetterQueue } from '../core/jobs/dead-letter-queue.ts';
import type { HealthPorts } from '../core/router/health.ts';
import { awaitsRedrive, type MoveDependencies, move } from './move-job.ts';
import { readServingTargets, type ServingTargets } from './serving-targets.ts';

export interface RedriveDependencies extends HealthPorts, MoveDependencies {
  readonly deadLetters: DeadLetterQueue;
  readonly clock: Clock;
}

/**
 * The time reserved for a last page of ten messages, including the SDK's retries, and for the
 * report.
 */
export const MARGIN_MS = 5_000;
/** SQS returns at most ten messages at a time. */
export const PAGE_SIZE = 10;
/** SQS may return nothing although messages are there, so one empty page does not end a redrive. */
const EMPTY_PAGES = 2;

type Disposition = 'moved' | 'skipped' | 'held' | 'unreadable';

/**
 * Moves dead-lettered jobs back into the queue, page by page and no faster than requested, until
 * the dead-letter queue is empty, `limit` jobs were moved, no target would accept a call, or the
 * time is nearly up.
 *
 * A crash at any point loses no job, because the row is written first. From then on the sweeper
 * sends the job if needed, and the next redrive discards the message that is left in the
 * dead-letter queue.
 */
export async function redrive(
  dependencies: RedriveDependencies,
  settings: Settings,
  request: RedriveRequest,
  endsAtMs: number,
): Promise<RedriveReport> {
  const { deadLetters, clock, log } = dependencies;
  const progress = { request, settings, counts: { moved: 0, skipped: 0, held: 0, unreadable: 0 } };
  const staying: DeadLetter[] = [];
  let isHeld = false;
  let emptyPages = 0;
  const startedAtMs = clock.now();
  try {
    while (progress.counts.moved < request.limit && clock.now() < endsAtMs - MARGIN_MS) {
      const serving = await readServingTargets(dependencies, settings);
      isHeld = serving.isEmpty;
      if (isHeld) break;
      const letters = await deadLetters.receive(pageSize(progress));
      emptyPages = letters.length === 0 ? emptyPages + 1 : 0;
      if (emptyPages === EMPTY_PAGES) break;
      staying.push(...(await handlePage(dependencies, progress, serving, letters)));
      if (!request.dryRun) await pace(clock, startedAtMs, endsAtMs, progress);
    }
  } finally {
    await deadLetters.release(staying);
  }
  const left = await deadLetters.count();
  const held = isHeld ? left : progress.counts.held;
  const report = { ...progress.counts, held, left, dryRun: request.dryRun };
  log.info('redrive finished', report);
  return report;
}

interface Progress {
  readonly request: RedriveRequest;
  readonly settings: Settings;
  readonly counts: Record<Disposition, number>;
}

/**
 * Returns the size of the next page: at most the number of jobs that may still be moved, and at
 * most the jobs that the rate allows in one second.
 */
function pageSize({ request: { limit, maxPerSecond }, counts }: Progress): number {
  return Math.min(PAGE_SIZE, Math.ceil(maxPerSecond), limit - counts.moved);
}

/** Handles a page of messages and returns those that stay in the dead-letter queue. */
async function handlePage(
  dependencies: RedriveDependencies,
  progress: Progress,
  serving: ServingTargets,
  letters: readonly DeadLetter[],
): Promise<readonly DeadLetter[]> {
  const { request, counts } = progress;
  const handled = await Promise.all(
    letters.map(async (letter) => {
      const disposition = await handle(dependencies, progress, serving, letter);
      counts[disposition] += 1;
      return { letter, stays: request.dryRun || ['held', 'unreadable'].includes(disposition) };
    }),
  );
  return handled.filter(({ stays }) => stays).map(({ letter }) => letter);
}

async function handle(
  dependencies: RedriveDependencies,
  { request, settings }: Progress,
  serving: ServingTargets,
  letter: DeadLetter,
): Promise<Disposition> {
  const { jobs, deadLetters, clock } = dependencies;
  const parsed = parseMessage(letter.body);
  if (!parsed.readable) return 'unreadable';

  const job = await jobs.get(parsed.message.jobId);
  const isRedrivable = job !== undefined && awaitsRedrive(job, clock.now());
  if (isRedrivable && !serving.canRun(job)) return 'held';
  if (request.dryRun) return isRedrivable ? 'moved' : 'skipped';

  const isMoved = isRedrivable && (await move(dependencies, settings, job)).applied;
  await deadLetters.remove(letter);
  return isMoved ? 'moved' : 'skipped';
}

/** Waits until the number of jobs moved so far is within the requested rate. */
async function pace(
  clock: Clock,
  startedAtMs: number,
  endsAtMs: number,
  { request, counts }: Progress,
): Promise<void> {
  const nextAtMs = startedAtMs + (counts.moved / request.maxPerSecond) * 1000;
  const waitMs = Math.min(nextAtMs, endsAtMs - MARGIN_MS) - clock.now();
  if (waitMs > 0) await clock.sleep(waitMs);
}
