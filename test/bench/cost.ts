/**
 * What a million jobs cost on AWS beside the tokens, line by line. Requests and DynamoDB's units are
 * counted: jobs go through the real use cases and the real adapter of the jobs table, and each row
 * is compared with what it was. Prices, sizes and times that cannot be counted are the constants.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import {
  type AttributeValue,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import dynalite from 'dynalite';
import { dynamoDbJobStore } from '../../lambda/aws/job-table.ts';
import { JOBS_TABLE } from '../../lambda/contract/keys.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { JobEnds } from '../../lambda/core/jobs/job-ends.ts';
import type { JobStore } from '../../lambda/core/jobs/job-store.ts';
import { acceptJob } from '../../lambda/request/accept-job.ts';
import { work } from '../../lambda/worker/work.ts';
import { answers, aWorld } from '../support/job-world.ts';
import { jobsTable } from '../support/tables.ts';

const { values } = parseArgs({
  options: {
    /** Of a call to a model; a worker waits for the slowest of its batch. */
    'model-seconds': { type: 'string', default: '4' },
    /** The worker's batch as the queue fills it; 10 under load, 1 when it is quiet. */
    batch: { type: 'string', default: '10' },
    /** How often a caller asks for a job; 1 with `?wait=`, 0 with events. */
    polls: { type: 'string', default: '2' },
    /** How often each job is put off before it is answered: what an outage adds. */
    deferrals: { type: 'string', default: '0' },
  },
});
const modelSeconds = Number(values['model-seconds']);
const batch = Number(values.batch);
const polls = Number(values.polls);
const deferrals = Number(values.deferrals);
const JOBS = 20;
const MILLION = 1_000_000;

/**
 * Dollars, us-east-1, on demand, without free tiers and discounts, from the public price pages
 * (aws.amazon.com/SERVICE/pricing) as of 2026-11; check them before you rely on a figure.
 */
const PRICE = {
  apiGatewayRestCall: 3.5 / MILLION,
  lambdaCall: 0.2 / MILLION,
  lambdaGbSecondArm: 0.0000133334,
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  sqsRequest: 0.4 / MILLION,
  dynamoDbWrite: 0.625 / MILLION,
  dynamoDbRead: 0.125 / MILLION,
  eventBridgeEvent: 1 / MILLION,
  logGb: 0.5,
} as const;
const FUNCTION_GB = 0.5;
/** Of CPU and calls to AWS, beside the model's. */
const REQUEST_SECONDS = 0.05;
const WORKER_SECONDS = 0.3;
/** `npm run bench:breaker`: closed circuits, batches of ten. */
const CIRCUIT = { writes: 0.1, reads: 0.133 } as const;
/** Lines of both functions, and metrics as log lines. */
const LOG_KB = 3;

type Row = Readonly<Record<string, unknown>>;

/** Write units of the table and its indexes, by DynamoDB's rules. */
class Meter {
  writes = 0;
  indexWrites = 0;

  add(before: Row | undefined, after: Row, bytes: number): void {
    this.writes += Math.ceil(bytes / 1024);
    for (const index of [JOBS_TABLE.byTenant, JOBS_TABLE.due]) {
      const keys = [index.partitionKey, index.sortKey];
      const was = before && keys.every((key) => before[key] !== undefined);
      const is = keys.every((key) => after[key] !== undefined);
      const differs = (names: readonly string[]) =>
        names.some((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after[name]));
      // An index entry whose key changes is deleted and put.
      if (was && is && differs(keys)) this.indexWrites += 2;
      else if (was !== is || (is && differs(index.include))) this.indexWrites += 1;
    }
  }
}

async function main(): Promise<void> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    await client.send(new CreateTableCommand(jobsTable('jobs')));
    const meter = new Meter();
    await runJobs(metered(client, meter));
    report(meter);
  } finally {
    client.destroy();
    server.close();
  }
}

/** The jobs table, each write of which is metered. */
function metered(client: DynamoDBClient, meter: Meter): JobStore {
  const store = dynamoDbJobStore(client, 'jobs');
  const rows = new Map<string, Row>();
  const meterOf = async (jobId: string) => {
    const { Item = {} } = await client.send(
      new GetItemCommand({ TableName: 'jobs', Key: { jobId: { S: jobId } }, ConsistentRead: true }),
    );
    const row = unmarshall(Item);
    meter.add(rows.get(jobId), row, sizeOf(Item));
    rows.set(jobId, row);
  };
  return {
    ...store,
    create: async (job, now) => {
      const put = await store.create(job, now);
      await meterOf(job.jobId);
      return put;
    },
    update: async (jobId, change) => {
      const updated = await store.update(jobId, change);
      await meterOf(jobId);
      return updated;
    },
  };
}

async function runJobs(jobs: JobStore): Promise<void> {
  const base = aWorld({
    run: ({ deferrals: before = 0 }, { clock }) =>
      before < deferrals
        ? { outcome: 'deferred', retryAtMs: clock.now() + 60_000, attempts: [] }
        : answers(),
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
  // A deferral sends the job's next message to the end of the queue.
  for (const { message } of world.queue.sent) {
    await work(world, world.invocation, encodeMessage(message));
  }
}

/** As DynamoDB counts: names and values. */
function sizeOf(item: Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(unmarshall(item)).reduce(
    (sum, [name, value]) => sum + name.length + JSON.stringify(value).length,
    0,
  );
}

function report(meter: Meter): void {
  const perJob = (count: number) => count / JOBS;
  const lambda = (calls: number, seconds: number) =>
    calls * PRICE.lambdaCall + seconds * FUNCTION_GB * PRICE.lambdaGbSecondArm;
  const runs = 1 + deferrals;
  const rowWrites = perJob(meter.writes) + perJob(meter.indexWrites) + CIRCUIT.writes;
  const lines: readonly (readonly [string, string, number])[] = [
    ['API Gateway', `${1 + polls} calls`, (1 + polls) * PRICE.apiGatewayRestCall],
    [
      'Lambda, requests',
      `${1 + polls} calls of ${REQUEST_SECONDS} s`,
      lambda(1 + polls, (1 + polls) * REQUEST_SECONDS),
    ],
    [
      'Lambda, worker',
      `1/${batch} call of ${modelSeconds + WORKER_SECONDS} s`,
      lambda(runs / batch, (modelSeconds + runs * WORKER_SECONDS) / batch),
    ],
    [
      'SQS',
      `${runs} sends, ${((2 * runs) / batch).toFixed(1)} receives and deletes`,
      runs * (1 + 2 / batch) * PRICE.sqsRequest,
    ],
    [
      'DynamoDB',
      `${rowWrites.toFixed(1)} write units (${perJob(meter.writes)} of rows, ${perJob(meter.indexWrites)} of indexes), ${(polls / 2 + CIRCUIT.reads).toFixed(1)} read units`,
      rowWrites * PRICE.dynamoDbWrite + (polls / 2 + CIRCUIT.reads) * PRICE.dynamoDbRead,
    ],
    [
      'S3',
      `2 puts, ${runs + Math.min(1, polls)} gets`,
      2 * PRICE.s3Put + (runs + Math.min(1, polls)) * PRICE.s3Get,
    ],
    ['EventBridge', '1 event', PRICE.eventBridgeEvent],
    ['CloudWatch Logs', `${LOG_KB} KB`, (LOG_KB / MILLION) * PRICE.logGb],
  ];
  console.log(
    `A million jobs, dollars: model ${modelSeconds} s, batches of ${batch}, ${polls} polls and ${deferrals} deferrals each\n`,
  );
  for (const [name, each, dollars] of lines) {
    console.log(`${name.padEnd(18)}${(dollars * MILLION).toFixed(2).padStart(8)}  ${each}`);
  }
  const total = lines.reduce((sum, [, , dollars]) => sum + dollars, 0);
  console.log(`${'all'.padEnd(18)}${(total * MILLION).toFixed(2).padStart(8)}`);
}

await main();
