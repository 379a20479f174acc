import type { RedriveReport } from './types.ts';

export interface RedriveOptions {
  /** The maximum number of jobs to move in total. */
  readonly limit: number;
  readonly maxPerSecond: number;
}

export interface RedriveProgress {
  readonly moved: number;
  readonly skipped: number;
  /** Of the latest request. */
  readonly held: number;
  readonly unreadable: number;
  readonly left: number;
  readonly state: 'running' | 'ended' | 'stopped';
}

export interface RedriveParts {
  redrive(request: { limit: number; maxPerSecond: number }): Promise<RedriveReport>;
  /** Returns the time to wait if another redrive runs or ran just now, in milliseconds. */
  retryAfterMs(error: unknown): number | undefined;
  sleep(ms: number): Promise<void>;
  onProgress(progress: RedriveProgress): void;
  isStopped(): boolean;
}

/** The duration of one request, as far as its rate allows. */
const REQUEST_SECONDS = 5;

/**
 * Redrives dead-lettered jobs with several requests, each for a few seconds of work, so that progress
 * can be shown and the redrive can be stopped. One request may take up to 28 s. Repeats the request
 * until nothing more is moved, the limit is reached, or a person stops it.
 */
export async function runRedrive(
  { limit, maxPerSecond }: RedriveOptions,
  parts: RedriveParts,
): Promise<RedriveProgress> {
  let progress: RedriveProgress = {
    moved: 0,
    skipped: 0,
    held: 0,
    unreadable: 0,
    left: 0,
    state: 'running',
  };
  const show = (next: RedriveProgress) => {
    progress = next;
    parts.onProgress(next);
    return next;
  };
  while (progress.moved < limit) {
    if (parts.isStopped()) return show({ ...progress, state: 'stopped' });
    const most = Math.max(1, Math.ceil(maxPerSecond * REQUEST_SECONDS));
    const request = { limit: Math.min(most, limit - progress.moved), maxPerSecond };
    const report = await redriveOrWait(request, parts).catch((error: unknown) => {
      show({ ...progress, state: 'stopped' });
      throw error;
    });
    if (!report) continue;
    const moved = progress.moved + report.moved;
    const skipped = progress.skipped + report.skipped;
    const { held, unreadable, left } = report;
    show({ moved, skipped, held, unreadable, left, state: 'running' });
    if (report.moved + report.skipped === 0) break;
  }
  return show({ ...progress, state: 'ended' });
}

/** Returns no report if another redrive is still in the way. It then has waited as the API asked. */
async function redriveOrWait(
  request: { limit: number; maxPerSecond: number },
  parts: RedriveParts,
): Promise<RedriveReport | undefined> {
  try {
    return await parts.redrive(request);
  } catch (error: unknown) {
    const waitMs = parts.retryAfterMs(error);
    if (waitMs === undefined) throw error;
    await parts.sleep(waitMs);
    return undefined;
  }
}
