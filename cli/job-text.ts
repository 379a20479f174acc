import type { AdminJob, AdminJobDetail, Job, JobItem } from '../client/client.ts';
import type { Paint } from './terminal.ts';

/** A job as text. All values are free of control characters. */
export function jobText(job: Job | AdminJobDetail, paint: Paint): string {
  const { jobId, chain, tier, servedBy, createdAt, completedAt, metadata, costUsd, usage } = job;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['job', jobId],
    ['status', statusText(job, paint)],
    ['tenant', 'tenant' in job ? job.tenant : undefined],
    ['chain', chain],
    ['served by', servedBy && `${servedBy}${tier === undefined ? '' : `, tier ${tier}`}`],
    ['created', createdAt],
    ['ended', completedAt],
    ['degraded by', job.degradedBy?.join(', ') || undefined],
    ['tokens', usage && `${usage.inputTokens} in, ${usage.outputTokens} out`],
    ['cost', costUsd === undefined ? undefined : `${costUsd} USD`],
    ['metadata', metadata && JSON.stringify(metadata)],
    ['waits for', waitsForText(job)],
    ['error', job.error && errorText(job.error)],
    ['content', job.purge && `purge ${job.purge}`],
    ['answer at', job.result === undefined ? job.resultUrl : undefined],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(12)}${value}`],
  );
  const attempts = job.attempts.map(attemptText);
  const text = job.result?.text;
  return [
    ...lines,
    ...(attempts.length > 0 ? ['attempts', ...attempts] : []),
    ...(text === undefined ? [] : ['', text]),
  ].join('\n');
}

export function jobLine(job: JobItem | AdminJob, paint: Paint): string {
  const owner = 'tenant' in job ? [job.tenant] : [];
  const { jobId, createdAt, chain, servedBy = '-' } = job;
  return [jobId, createdAt, ...owner, chain, statusText(job, paint), servedBy].join('  ');
}

/** Says in one line how a job has ended, and what to do. */
export function endText({ jobId, status, degraded, servedBy, tier, error }: Job): string {
  const by = servedBy === undefined ? '' : ` by ${servedBy}, tier ${tier}`;
  const reason = error === undefined ? '' : `: ${errorText(error)}`;
  return `The job ${jobId} ended ${status}${by}${degraded ? ', degraded' : ''}${reason}`;
}

/** Says in one line what a job does now. */
export function stateText({ status, nextAttemptAt, attempts }: Job): string {
  const until = nextAttemptAt === undefined ? '' : ` until ${nextAttemptAt}`;
  const last = attempts.at(-1);
  const why = last === undefined ? '' : `, last attempt: ${last.target} ${last.outcome}`;
  return `${status}${until}${why}`;
}

export function statusText(
  { status, degraded, nextAttemptAt }: Pick<JobItem, 'status' | 'degraded' | 'nextAttemptAt'>,
  paint: Paint,
): string {
  const until = status === 'DEFERRED' && nextAttemptAt ? ` until ${nextAttemptAt}` : '';
  const words = `${status}${degraded ? ' (degraded)' : ''}${until}`;
  if (status === 'SUCCEEDED') return paint(degraded ? 'yellow' : 'green', words);
  const isBad = status === 'FAILED' || status === 'DEAD_LETTERED' || status === 'EXPIRED';
  return isBad ? paint('red', words) : words;
}

function attemptText({ at, target, outcome, reason, ms }: Job['attempts'][number]): string {
  const why = reason === undefined ? '' : ` (${reason})`;
  return `  ${at}  ${target}  ${outcome}${why}  ${ms} ms`;
}

function errorText({ title, detail, retryAt }: NonNullable<Job['error']>): string {
  const more = detail === undefined ? '' : `: ${detail}`;
  return `${title}${more}${retryAt === undefined ? '' : `; try again at ${retryAt}`}`;
}

function waitsForText(job: Job | AdminJobDetail): string | undefined {
  if (!('waitsFor' in job) || !job.waitsFor) return undefined;
  return job.waitsFor.map(({ target, reason }) => `${target} (${reason})`).join(', ');
}
