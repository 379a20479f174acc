/**
 * The contract of a `JobStore`. It runs on memory and on DynamoDB, so that results of tests on the
 * memory store also hold for DynamoDB.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { succeed } from '../../lambda/core/jobs/end-transitions.ts';
import type { DueJob, Job } from '../../lambda/core/jobs/job.ts';
import type { JobFilter, JobQuery } from '../../lambda/core/jobs/job-query.ts';
import type { JobStore } from '../../lambda/core/jobs/job-store.ts';
import type { Clause } from '../../lambda/core/jobs/row-update.ts';
import { claim, defer, requeue, sent } from '../../lambda/core/jobs/transitions.ts';
import { aJob, anAnswer, anAttempt, aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { someSettings } from '../support/settings.ts';

const settings = someSettings();

export function jobStoreSuite(name: string, makeStore: () => Promise<JobStore>): void {
  describe(`the job store of ${name}`, () => {
    let jobs: JobStore;
    beforeEach(async () => {
      jobs = await makeStore();
    });

    test('returns a row as it was created, and nothing for an unknown id', async () => {
      const job = aJob({ metadata: { team: 'blue' }, regions: ['us-east-1'] });
      expect(await jobs.create(job, START)).toEqual({ created: true });

      expect(await jobs.get(JOB_ID)).toEqual(job);
      expect(await jobs.get('f'.repeat(32))).toBeUndefined();
    });

    test.each(['constructor', 'hasOwnProperty', 'toString', 'then', 'length'])(
      'keeps metadata with the name %s',
      async (name) => {
        const job = aJob({ metadata: { [name]: 'v' } });

        expect(await jobs.create(job, START)).toEqual({ created: true });
        expect(Object.entries((await jobs.get(JOB_ID))?.metadata ?? {})).toEqual([[name, 'v']]);
      },
    );

    test('returns the existing row instead of writing a second one', async () => {
      const first = aJob();
      await jobs.create(first, START);

      const second = await jobs.create(aJob({ requestToken: 'another' }), START);

      expect(second).toEqual({ created: false, existing: first });
    });

    test('recognises its own row when a create is repeated', async () => {
      await jobs.create(aJob(), START);

      expect(await jobs.create(aJob(), START)).toEqual({ created: true });
    });

    test('reuses an id whose row has expired', async () => {
      await jobs.create(aJob({ expiresAt: START / 1000 }), START);
      const next = aJob({ requestToken: 'another' });

      expect(await jobs.create(next, START)).toEqual({ created: true });
      expect(await jobs.get(JOB_ID)).toEqual(next);
    });

    test('sets, removes and adds in one update, and returns the new row', async () => {
      await jobs.create(aJob(), START);

      const claimed = await jobs.update(JOB_ID, claim(aJob().generation, 'claim', START, settings));

      const expected = aRunningJob();
      expect(claimed).toEqual({ applied: true, job: expected });
      expect(await jobs.get(JOB_ID)).toEqual(expected);
    });

    test('returns the current row if an update does not apply, and nothing for an unknown id', async () => {
      const running = aRunningJob();
      await jobs.create(running, START);
      const change = claim(running.generation, 'twin', START + 1000, settings);

      expect(await jobs.update(JOB_ID, change)).toEqual({ applied: false, current: running });
      expect(await jobs.update('f'.repeat(32), change)).toEqual({ applied: false });
    });

    test.each<[Clause, Partial<Job>, Partial<Job>]>([
      [{ field: 'claims', test: 'below', value: 5 }, { claims: 4 }, { claims: 5 }],
      [{ field: 'deadlineAt', test: 'above', value: 5 }, { deadlineAt: 6 }, { deadlineAt: 5 }],
      [
        { field: 'leaseUntil', test: 'absent-or-at-most', value: 5 },
        { leaseUntil: 5 },
        { leaseUntil: 6 },
      ],
      [{ field: 'leaseUntil', test: 'absent-or-at-most', value: 5 }, {}, { leaseUntil: 6 }],
      [{ field: 'cancelRequested', test: 'absent' }, {}, { cancelRequested: true }],
      [{ field: 'eventPending', test: 'equals', value: true }, { eventPending: true }, {}],
      [
        { field: 'status', test: 'one-of', values: ['QUEUED', 'DEFERRED'] },
        { status: 'DEFERRED' },
        { status: 'RUNNING' },
      ],
    ])('applies an update to a row that fulfils %j, up to the limit', async (clause, good, bad) => {
      const isApplied = async (fields: Partial<Job>, jobId: string) => {
        await jobs.create(aJob({ jobId, ...fields }), START);
        return (await jobs.update(jobId, { when: [clause], set: { sentAt: 1 } })).applied;
      };

      expect(await isApplied(good, 'a'.repeat(32))).toBe(true);
      expect(await isApplied(bad, 'b'.repeat(32))).toBe(false);
    });

    test('treats a repeated update as applied, once', async () => {
      await jobs.create(aJob(), START);
      const change = claim(aJob().generation, 'claim', START, settings);
      await jobs.update(JOB_ID, change);

      const again = await jobs.update(JOB_ID, change);

      expect(again).toEqual({ applied: true, job: aRunningJob() });
    });

    test.each([
      [
        'defer',
        (job: typeof running) => defer(job, START + 60_000, { attempts: [anAttempt()] }, START),
      ],
      [
        'succeed',
        (job: typeof running) => succeed(job, anAnswer(), { attempts: [anAttempt()] }, 99, START),
      ],
      ['requeue', (job: typeof running) => requeue(job, START + 100_000)],
    ])('counts a %s that is sent again as applied', async (_, transition) => {
      await jobs.create(running, START);
      await jobs.update(JOB_ID, transition(running));
      const after = await jobs.get(JOB_ID);

      expect(await jobs.update(JOB_ID, transition(running))).toEqual({ applied: true, job: after });
    });

    test('lets one of thirty claims succeed', async () => {
      await jobs.create(aJob(), START);
      const tokens = Array.from({ length: 30 }, (_, i) => `claim-${i}`);

      const claims = await Promise.all(
        tokens.map((token) =>
          jobs.update(JOB_ID, claim(aJob().generation, token, START, settings)),
        ),
      );

      expect(claims.filter(({ applied }) => applied)).toHaveLength(1);
    });

    test('lists the due rows of a shard, oldest first, over any number of pages', async () => {
      const due = Array.from({ length: 8 }, (_, i) =>
        aJob({ jobId: `0${i}`.repeat(16), sweepShard: 3, dueAt: START - 1000 + i }),
      );
      const rest = [
        aJob({ jobId: 'a'.repeat(32), sweepShard: 3, dueAt: START + 1 }),
        aJob({ jobId: 'b'.repeat(32), sweepShard: 4, dueAt: START - 1 }),
        aJob({ jobId: 'c'.repeat(32), sweepShard: 3, dueAt: undefined, status: 'SUCCEEDED' }),
      ];
      for (const job of [...due, ...rest].reverse()) await jobs.create(job, START);

      expect((await dueIn(jobs, 3)).map(({ jobId }) => jobId)).toEqual(
        due.map(({ jobId }) => jobId),
      );
    });

    test('lists the due rows of a shard without those whose message waits in the queue', async () => {
      const [trusted, now] = [START + 500, START + 1000];
      const waits: readonly Partial<Job>[] = [
        { sentAt: trusted + 1 },
        { status: 'DEFERRED', sentAt: START, nextAttemptAt: trusted + 1 },
      ];
      const stuck: readonly Partial<Job>[] = [
        { sentAt: trusted },
        { status: 'DEFERRED', sentAt: START, nextAttemptAt: trusted },
        { sentAt: undefined },
        { status: 'DEFERRED', sentAt: undefined, nextAttemptAt: now },
        { sentAt: now, cancelRequested: true },
        { sentAt: now, deadlineAt: now },
        { status: 'RUNNING', sentAt: now },
        { status: 'SUCCEEDED', sentAt: now, eventPending: true },
      ];
      for (const [i, fields] of [...stuck, ...waits].entries()) {
        const jobId = i.toString(16).repeat(32);
        await jobs.create(aJob({ jobId, sweepShard: 3, dueAt: START + i, ...fields }), START);
      }

      const found = await dueIn(jobs, 3, now, trusted);

      expect(found.map(({ jobId }) => jobId[0])).toEqual(stuck.map((_, i) => i.toString(16)));
    });

    test('lists each due row with the fields that the sweeper needs', async () => {
      const job = aRunningJob({ nextAttemptAt: START, cancelRequested: true, sweepShard: 0 });
      await jobs.create(job, START);
      await jobs.update(JOB_ID, sent(job, START));

      const { jobId, tenant, status, generation, deadlineAt, leaseUntil, nextAttemptAt } = job;
      expect(await dueIn(jobs, 0, START + 110_000)).toEqual([
        expect.objectContaining({
          jobId,
          tenant,
          status,
          generation,
          deadlineAt,
          leaseUntil,
          nextAttemptAt,
          sentAt: START,
          cancelRequested: true,
        }),
      ]);
    });

    test('finds running rows among many waiting ones', async () => {
      const lease = { sweepShard: 0, leaseUntil: START + 100_000, dueAt: START + 100_000 };
      for (const name of ['a', 'b', 'c']) {
        await jobs.create(aRunningJob({ ...lease, jobId: name.repeat(32) }), START);
      }
      for (let i = 1; i <= 4; i++) {
        await jobs.create(aJob({ jobId: `0${i}`.repeat(16), sweepShard: 0 }), START);
      }

      const running = await jobs.running(0, START, 2);

      expect(running).toHaveLength(2);
      expect(running.map(({ status, sentAt }) => [status, sentAt])).toEqual([
        ['RUNNING', START],
        ['RUNNING', START],
      ]);
    });

    test('lists only the tenant’s own jobs, page by page, newest first, each once', async () => {
      for (let i = 1; i <= 5; i++) await jobs.create(aListedJob(i), START);
      await jobs.create(aListedJob(6, { tenant: 'other' }), START);

      const pages = await allPages(jobs, { tenant: 'tenant', limit: 2 });

      expect(pages).toEqual([[5, 4], [3, 2], [1]]);
    });

    test('returns no next page after the last job', async () => {
      for (let i = 1; i <= 4; i++) await jobs.create(aListedJob(i), START);

      expect(await allPages(jobs, { tenant: 'tenant', limit: 2 })).toEqual([
        [4, 3],
        [2, 1],
      ]);
      expect(await jobs.list({ tenant: 'nobody', limit: 2 }, START)).toEqual({ jobs: [] });
    });

    test('lists only jobs of one status, and full pages of them', async () => {
      for (let i = 1; i <= 9; i++) {
        await jobs.create(aListedJob(i, { status: i % 3 === 0 ? 'FAILED' : 'QUEUED' }), START);
      }

      const pages = await allPages(jobs, { tenant: 'tenant', statuses: ['FAILED'], limit: 2 });

      expect(pages).toEqual([[9, 6], [3]]);
    });

    test.each<[string, JobFilter, readonly number[][]]>([
      ['several statuses', { statuses: ['QUEUED', 'FAILED'] }, [[6, 4], [3]]],
      ['one chain', { chain: 'fast' }, [[6, 5]]],
      ['a degraded answer', { degraded: true }, [[5, 2]]],
      ['all of these', { statuses: ['SUCCEEDED'], chain: 'fast', degraded: true }, [[5]]],
      ['another chain and no status', { statuses: ['CANCELLED'], chain: 'slow' }, [[]]],
    ])('lists only jobs of %s', async (_, filter, pages) => {
      const fields: readonly Partial<Job>[] = [
        { status: 'SUCCEEDED', degraded: false },
        { status: 'SUCCEEDED', degraded: true },
        { status: 'FAILED' },
        { status: 'QUEUED' },
        { status: 'SUCCEEDED', degraded: true, chain: 'fast' },
        { status: 'QUEUED', chain: 'fast' },
      ];
      for (const [i, each] of fields.entries()) await jobs.create(aListedJob(i + 1, each), START);

      expect(await allPages(jobs, { tenant: 'tenant', limit: 2, ...filter })).toEqual(pages);
    });

    test('does not list expired rows', async () => {
      await jobs.create(aListedJob(1), START);
      await jobs.create(aListedJob(2, { expiresAt: START / 1000 }), START);

      expect(await allPages(jobs, { tenant: 'tenant', limit: 2 })).toEqual([[1]]);
    });

    test('lists the fields that a list shows', async () => {
      const { createdKey, createdAt, expiresAt } = aJob();
      const end = { completedAt: START + 9, servedBy: 'us-east-1/a', tier: 'a', degraded: true };
      await jobs.create(aJob({ status: 'SUCCEEDED', ...end }), START);

      const { jobs: listed } = await jobs.list({ tenant: 'tenant', limit: 1 }, START);

      expect(listed).toEqual([
        expect.objectContaining({
          jobId: JOB_ID,
          status: 'SUCCEEDED',
          createdKey,
          createdAt,
          expiresAt,
          ...end,
        }),
      ]);
    });
  });
}

/** Returns the n-th of a tenant's jobs in order of arrival. Two jobs arrive in each millisecond. */
function aListedJob(n: number, fields: Partial<Job> = {}): Job {
  const jobId = String(n).repeat(32);
  const createdAt = START + Math.floor(n / 2);
  const createdKey = `${new Date(createdAt).toISOString()}#${jobId}`;
  return aJob({ jobId, createdAt, createdKey, ...fields });
}

async function allPages(jobs: JobStore, query: JobQuery): Promise<readonly number[][]> {
  const pages: number[][] = [];
  let after: string | undefined;
  do {
    const page = await jobs.list({ ...query, after }, START);
    pages.push(page.jobs.map(({ jobId }) => Number(jobId[0])));
    after = page.next;
  } while (after !== undefined);
  return pages;
}

const running = aRunningJob();

async function dueIn(
  jobs: JobStore,
  shard: number,
  now = START,
  trusted = now,
): Promise<readonly DueJob[]> {
  const rows: DueJob[] = [];
  for await (const page of jobs.due(shard, now, trusted)) rows.push(...page);
  return rows;
}
