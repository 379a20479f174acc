import { hasEnded } from '../lambda/contract/words.ts';
import type { Call } from './call.ts';
import { pauseAfter, type Timer } from './pause.ts';
import { WaitTimeout } from './problem.ts';
import type { Job } from './types.ts';

export interface WaitOptions {
  /** How long to wait for the end of the job, in milliseconds. @default as long as it takes */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called with the job when it is first read, and whenever its status or its next attempt changes. */
  readonly onChange?: (job: Job) => void;
}

/** The wait that every deployment allows for one request. */
const LONG_POLL_SECONDS = 5;
/** A deferred job is read again at its next attempt, but at least this often: it may be cancelled. */
const LONGEST_PAUSE_MS = 30_000;

/** Reads the job until it has ended. A request waits at the API, so the answer comes at once. */
export async function waitForJob(
  call: Call,
  timer: Timer,
  jobId: string,
  { timeoutMs = Number.POSITIVE_INFINITY, signal, onChange }: WaitOptions = {},
): Promise<Job> {
  const endsAtMs = timer.now() + timeoutMs;
  const path = `jobs/${encodeURIComponent(jobId)}`;
  let seen = '';
  for (let failures = 0; ; ) {
    const leftMs = endsAtMs - timer.now();
    if (leftMs <= 0) throw new WaitTimeout(jobId);
    const wait = Math.max(0, Math.min(LONG_POLL_SECONDS, Math.floor(leftMs / 1000)));
    let pauseMs: number | undefined;
    try {
      const job = await call<Job>('GET', path, { query: { wait }, ...(signal && { signal }) });
      failures = 0;
      const state = `${job.status} ${job.nextAttemptAt}`;
      if (state !== seen) onChange?.(job);
      seen = state;
      if (hasEnded(job.status)) return job;
      pauseMs = pauseOf(job, timer.now());
    } catch (error) {
      failures += 1;
      pauseMs = pauseAfter(error, failures);
      if (pauseMs === undefined) throw error;
    }
    const sleepMs = Math.min(pauseMs, Math.max(0, endsAtMs - timer.now()));
    if (sleepMs > 0) await timer.sleep(sleepMs, signal);
  }
}

/** Returns how long nothing can happen to the job: a deferred job waits until its next attempt. */
function pauseOf({ status, nextAttemptAt }: Job, nowMs: number): number {
  if (status !== 'DEFERRED' || nextAttemptAt === undefined) return 0;
  return Math.min(Math.max(0, Date.parse(nextAttemptAt) - nowMs), LONGEST_PAUSE_MS);
}
