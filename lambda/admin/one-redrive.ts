import type { Settings } from '../contract/policy.ts';
import type { RedriveRequest } from '../contract/schemas/redrive.ts';
import { errorName } from '../core/error-name.ts';
import type { RedriveClaim, RedriveLease } from '../core/jobs/redrive-lease.ts';
import { type RedriveDependencies, redrive } from './redrive.ts';
import { type JobRedrive, redriveJob } from './redrive-job.ts';

export interface OneRedriveDependencies extends RedriveDependencies {
  readonly redriveLease: RedriveLease;
  readonly newId: () => string;
}

export type OneRedrive =
  | JobRedrive
  /** Another call of `holder` is redriving, until `untilMs` at the latest. */
  | { readonly kind: 'refused'; readonly holder: string; readonly untilMs: number };

/**
 * Redrives if no other call does, so that `maxPerSecond` is the rate of all calls together. The lease
 * outlasts the call for as long as the rate asks: a call that follows at once waits its turn.
 */
export async function redriveAlone(
  dependencies: OneRedriveDependencies,
  settings: Settings,
  request: RedriveRequest,
  actor: string,
  endsAtMs: number,
): Promise<OneRedrive> {
  const { redriveLease, newId, clock } = dependencies;
  const startedAtMs = clock.now();
  const claim = { token: newId(), holder: actor, untilMs: endsAtMs };
  const other = await redriveLease.take(claim, startedAtMs);
  if (other) return { kind: 'refused', ...other };

  const nextAfter = (moved: number) => (moved / request.maxPerSecond) * 1000;
  let untilMs: number | undefined;
  try {
    const done = await redriveAsked(dependencies, settings, request, endsAtMs);
    const moved = done.kind === 'ended' && !request.dryRun ? done.report.moved : 0;
    untilMs = startedAtMs + nextAfter(moved);
    return done;
  } finally {
    // A redrive that throws is behind its rate by one page at most: the jobs of a second, or one job.
    untilMs ??= clock.now() + Math.max(1000, nextAfter(1));
    await end(dependencies, { ...claim, untilMs });
  }
}

/** Redrives the job that the request names, or the queue. */
async function redriveAsked(
  dependencies: OneRedriveDependencies,
  settings: Settings,
  request: RedriveRequest,
  endsAtMs: number,
): Promise<JobRedrive> {
  const { jobId, dryRun } = request;
  if (jobId !== undefined) {
    return redriveJob(dependencies, settings, { jobId, dryRun }, endsAtMs);
  }
  return { kind: 'ended', report: await redrive(dependencies, settings, request, endsAtMs) };
}

/** The lease ends by itself soon, so a failure must not hide the report of what was moved. */
async function end({ redriveLease, log }: OneRedriveDependencies, claim: RedriveClaim) {
  try {
    await redriveLease.end(claim);
  } catch (error) {
    log.warn('redrive lease not ended', { error: errorName(error) });
  }
}
