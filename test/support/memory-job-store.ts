import type { DueJob, Job } from '../../lambda/core/jobs/job.ts';
import { type JobQuery, passes } from '../../lambda/core/jobs/job-query.ts';
import type { Created, JobPage, JobStore, Updated } from '../../lambda/core/jobs/job-store.ts';
import { alreadyApplied, type Clause, type RowUpdate } from '../../lambda/core/jobs/row-update.ts';
import { waitsInQueue } from '../../lambda/core/jobs/sweep-rule.ts';

const PAGE_SIZE = 3;

/** Applies an update to a row. Returns the row after it, or `undefined` if a condition does not hold. */
export async function apply(job: Job, update: RowUpdate): Promise<Job | undefined> {
  const store = new MemoryJobStore();
  store.rows.set(job.jobId, job);
  const updated = await store.update(job.jobId, update);
  return updated.applied ? updated.job : undefined;
}

/** The jobs table in memory. It passes the same suite as the DynamoDB store. */
export class MemoryJobStore implements JobStore {
  readonly rows = new Map<string, Job>();

  async create(job: Job, now: number): Promise<Created> {
    const existing = this.rows.get(job.jobId);
    if (existing && existing.expiresAt > Math.floor(now / 1000)) {
      return existing.requestToken === job.requestToken
        ? { created: true }
        : { created: false, existing };
    }
    this.rows.set(job.jobId, job);
    return { created: true };
  }

  async get(jobId: string): Promise<Job | undefined> {
    return this.rows.get(jobId);
  }

  async update(jobId: string, update: RowUpdate): Promise<Updated> {
    const current = this.rows.get(jobId);
    if (!current) return { applied: false };
    if (update.when.every((clause) => holds(clause, current))) {
      const job = applyUpdate(current, update);
      this.rows.set(jobId, job);
      return { applied: true, job };
    }
    return alreadyApplied(current, update)
      ? { applied: true, job: current }
      : { applied: false, current };
  }

  async *due(shard: number, now: number, trusted: number): AsyncIterable<readonly DueJob[]> {
    const rows = this.#byDue(shard).filter(
      (job) => (job.dueAt ?? 0) <= now && !waitsInQueue(job, now, trusted),
    );
    for (let at = 0; at < rows.length; at += PAGE_SIZE) yield rows.slice(at, at + PAGE_SIZE);
  }

  async running(shard: number, now: number, limit: number): Promise<readonly DueJob[]> {
    return this.#byDue(shard)
      .filter(({ status, dueAt = 0 }) => status === 'RUNNING' && dueAt > now)
      .slice(0, limit);
  }

  async list({ tenant, limit, after, ...filter }: JobQuery, now: number): Promise<JobPage> {
    const rows = [...this.rows.values()]
      .filter((job) => job.tenant === tenant && passes(job, filter))
      .filter((job) => after === undefined || job.createdKey < after)
      .filter((job) => job.expiresAt * 1000 > now)
      .sort((a, b) => (a.createdKey < b.createdKey ? 1 : -1));
    const jobs = rows.slice(0, limit);
    return rows.length > limit ? { jobs, next: jobs.at(-1)?.createdKey } : { jobs };
  }

  #byDue(shard: number): readonly Job[] {
    const due: Job[] = [];
    for (const job of this.rows.values()) {
      if (job.dueAt !== undefined && job.sweepShard === shard) due.push(job);
    }
    return due.sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0));
  }
}

function holds(clause: Clause, job: Job): boolean {
  const value = job[clause.field];
  switch (clause.test) {
    case 'equals':
      return value === clause.value;
    case 'one-of':
      return typeof value === 'string' && clause.values.includes(value);
    case 'absent':
      return value === undefined;
    case 'below':
      return typeof value === 'number' && value < clause.value;
    case 'above':
      return typeof value === 'number' && value > clause.value;
    case 'absent-or-at-most':
      return value === undefined || (typeof value === 'number' && value <= clause.value);
    default:
      return clause satisfies never;
  }
}

/** Returns the row after the update. Every clause must hold on the given row. */
export function applyUpdate(job: Job, update: RowUpdate): Job {
  const claims = job.claims + (update.add?.claims ?? 0);
  const next: { -readonly [K in keyof Job]: Job[K] } = { ...job, claims, ...update.set };
  for (const field of update.remove ?? []) next[field] = undefined;
  return next;
}
