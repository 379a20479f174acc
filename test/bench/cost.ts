/**
 * Prints the cost of a million jobs on AWS without the models' tokens, service by service. The write
 * units of the jobs table are counted: jobs go through the real use cases and the table's real adapter.
 * Requests follow from the options; prices, sizes and durations are constants in cost/report.ts.
 *
 *     npm run bench:cost
 *     npm run bench:cost -- --batch 1 --polls 1 --deferrals 1 --model-seconds 10
 */
import { parseArgs } from 'node:util';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { JobEnds } from '../../lambda/core/jobs/job-ends.ts';
import type { JobStore } from '../../lambda/core/jobs/job-store.ts';
import { acceptJob } from '../../lambda/request/accept-job.ts';
import { work } from '../../lambda/worker/work.ts';
import { startDynalite } from '../support/dynalite-table.ts';
import { answers, aWorld } from '../support/job-world.ts';
import { localAws } from '../support/local-aws.ts';
import { jobsTable } from '../support/tables.ts';
import { Meter, meteredJobStore } from './cost/meter.ts';
import { report } from './cost/report.ts';

const { values } = parseArgs({
  options: {
    /** The mean duration of a model call; a worker waits for the slowest call of its batch. */
    'model-seconds': { type: 'string', default: '4' },
    /** Jobs in one batch of the worker: 10 under load, 1 in quiet times. */
    batch: { type: 'string', default: '10' },
    /** GET requests for each job: 1 if callers use `?wait=`, 0 if they use completion events. */
    polls: { type: 'string', default: '2' },
    /** The number of times that each job is deferred before it is answered, as in an outage. */
    deferrals: { type: 'string', default: '0' },
  },
});
const deferrals = Number(values.deferrals);
const JOBS = 20;

async function main(): Promise<void> {
  const { port, stop } = await startDynalite();
  const client = new DynamoDBClient(localAws(`http://127.0.0.1:${port}`));
  try {
    await client.send(new CreateTableCommand(jobsTable('jobs')));
    const meter = new Meter();
    await runJobs(meteredJobStore(client, 'jobs', meter));
    report({
      modelSeconds: Number(values['model-seconds']),
      batch: Number(values.batch),
      polls: Number(values.polls),
      deferrals,
      writes: meter.writes / JOBS,
      indexWrites: meter.indexWrites / JOBS,
    });
  } finally {
    client.destroy();
    await stop();
  }
}

async function runJobs(jobs: JobStore): Promise<void> {
  const runs = new Map<string, number>();
  const base = aWorld({
    run: ({ jobId }, { clock }) => {
      const before = runs.get(jobId) ?? 0;
      runs.set(jobId, before + 1);
      return before < deferrals
        ? {
            outcome: 'deferred',
            unserved: [{ outcome: 'skipped', untilMs: clock.now() + 60_000 }],
            attempts: [],
          }
        : answers();
    },
  });
  const world = {
    ...base,
    jobs,
    ends: new JobEnds({ ...base, jobs, settings: () => base.settings }),
  };
  const request = {
    conversation: { messages: [{ role: 'user', text: 'x' }] },
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

await main();
