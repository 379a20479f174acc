/**
 * Prints the cost of a million jobs on AWS without the models' tokens, service by service. The write
 * units and the reads of the jobs table are counted: jobs go through the real use cases and the
 * table's real adapter. So are the writes that take and settle a known quota. Requests follow from the options; prices, sizes and durations are constants in cost/report.ts.
 *
 *     npm run bench:cost
 *     npm run bench:cost -- --quotas
 *     npm run bench:cost -- --batch 1 --polls 1 --wait-seconds 4 --deferrals 1 --answer-seconds 10
 */
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { JOB_DEFAULTS } from '../../lambda/contract/policy.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { leaseRenewalMs } from '../../lambda/contract/time-budget.ts';
import { JobEnds } from '../../lambda/core/jobs/job-ends.ts';
import type { JobStore } from '../../lambda/core/jobs/job-store.ts';
import type { JobLease } from '../../lambda/core/router/run-request.ts';
import { acceptJob } from '../../lambda/request/accept-job.ts';
import { getJob } from '../../lambda/status/get-job.ts';
import { work } from '../../lambda/worker/work.ts';
import { createTable, startDynalite } from '../support/dynalite-table.ts';
import { aJob } from '../support/job-builders.ts';
import { answers, aWorld, type World } from '../support/job-world.ts';
import { localAws } from '../support/local-aws.ts';
import { jobsTable } from '../support/tables.ts';
import { bucketWrites } from './cost/bucket-writes.ts';
import { Meter, meteredJobStore } from './cost/meter.ts';
import { report } from './cost/report.ts';

const { values } = parseArgs({
  options: {
    /** The time to the end of the slowest answer in a batch. */
    'answer-seconds': { type: 'string', default: '4' },
    /** Jobs in one batch of the worker: `jobs.batchSize` under load, 1 in quiet times. */
    batch: { type: 'string', default: String(JOB_DEFAULTS.batchSize) },
    /** GET requests for each job: 0 if callers use completion events. */
    polls: { type: 'string', default: '2' },
    /** The time for which each GET request waits (`?wait=`). */
    'wait-seconds': { type: 'string', default: '0' },
    /** The number of times that each job is deferred before it is answered, as in an outage. */
    deferrals: { type: 'string', default: '0' },
    /** The quotas of the targets are known, so each call takes and settles its part. */
    quotas: { type: 'boolean', default: false },
  },
});
const deferrals = Number(values.deferrals);
const answerSeconds = Number(values['answer-seconds']);
const waitSeconds = Number(values['wait-seconds']);
const JOBS = 20;

async function main(): Promise<void> {
  const { port, stop } = await startDynalite();
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient(localAws(endpoint));
  try {
    await createTable(client, jobsTable('jobs'));
    const meter = new Meter();
    await runJobs(meteredJobStore(client, 'jobs', meter));
    report({
      answerSeconds,
      batch: Number(values.batch),
      polls: Number(values.polls),
      waitSeconds,
      readsOfPoll: await readsOfPoll(),
      deferrals,
      writes: meter.writes / JOBS,
      indexWrites: meter.indexWrites / JOBS,
      bucketWrites: values.quotas ? await bucketWrites(endpoint, answerSeconds) : 0,
    });
  } finally {
    client.destroy();
    await stop();
  }
}

async function runJobs(jobs: JobStore): Promise<void> {
  const runs = new Map<string, number>();
  const base = aWorld({
    run: async ({ jobId, lease }, world) => {
      const before = runs.get(jobId) ?? 0;
      runs.set(jobId, before + 1);
      if (before >= deferrals) {
        await takeAnswer(world, lease);
        return answers();
      }
      return {
        outcome: 'deferred',
        unserved: [{ outcome: 'skipped', untilMs: world.clock.now() + 60_000 }],
        attempts: [],
      };
    },
  });
  const world = {
    ...base,
    jobs,
    ends: new JobEnds({ ...base, jobs, settings: () => base.settings }),
  };
  const request = {
    conversation: { messages: [userMessage('x')] },
    options: { whenOpen: 'fallback' },
  } as const;
  for (let i = 0; i < JOBS; i++) {
    await acceptJob(world, world.settings, { tenant: 'a-tenant-of-some-length', request });
  }
  // A deferral appends the job's next message to the list that is iterated here.
  for (const { message } of world.queue.sent) {
    await work(world, world.invocation, encodeMessage(message));
  }
}

/** Lets the time of an answer pass, and renews the job's lease as a call does. */
async function takeAnswer({ clock, settings }: World, lease: JobLease): Promise<void> {
  const endMs = clock.now() + answerSeconds * 1000;
  const renewalMs = leaseRenewalMs(settings.breaker);
  await lease.renew();
  while (clock.now() + renewalMs < endMs) {
    clock.nowMs += renewalMs;
    await lease.renew();
  }
  clock.nowMs = endMs;
}

/** Counts the reads of a job's row by a GET request that waits and in which the job does not end. */
async function readsOfPoll(): Promise<number> {
  const { clock, results, settings } = aWorld();
  let reads = 0;
  const get = async () => {
    reads++;
    return aJob();
  };
  const { jobId, tenant } = aJob();
  const untilMs = clock.now() + waitSeconds * 1000;
  await getJob({ jobs: { get }, results, clock }, tenant, jobId, settings.jobs, untilMs);
  return reads;
}

await main();
