/**
 * Measures the throughput of Holdfast on the embedded run: first a burst of jobs, then jobs in turns
 * with a bare pipeline. The bare pipeline moves the same jobs without breaker, router and claims: the
 * prompt to S3, a row with the same indexes, one Converse call, the result to S3, one event. Servers,
 * functions and load share the machine, so compare only figures of one run.
 *
 *     npm run bench:load -- --jobs 5000 --latency-ms 5
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { type EmbeddedRun, startEmbeddedRun } from '../../local/embedded-run.ts';
import { synthesize } from '../../local/synthesize.ts';
import { request } from '../support/api-client.ts';
import { localAws } from '../support/local-aws.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { addBarePipeline, BARE } from './bare/pipeline.ts';
import { memoryOf, queueEmpty, queueName } from './embedded-run.ts';
import settingsInput from './settings.ts';

const { values } = parseArgs({
  options: {
    /** The number of jobs in the burst. */
    jobs: { type: 'string', default: '5000' },
    /** The fake Bedrock's median latency. */
    'latency-ms': { type: 'string', default: '5' },
  },
});
const jobCount = Number(values.jobs);
const firstTokenMs = Number(values['latency-ms']);
const SETTINGS_FILE = fileURLToPath(new URL('settings.ts', import.meta.url));
const WARM_UP_JOBS = 200;
const ROUNDS = 10;
const ROUND_JOBS = 500;

interface Pipeline {
  readonly name: string;
  readonly path: string;
  readonly queue: string;
  readonly table: string;
}

async function main(): Promise<void> {
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-load-'));
  try {
    const assemblyDir = await synthesize({ outDir, configFile: SETTINGS_FILE });
    addBarePipeline(assemblyDir, settingsInput.tiers?.[0]?.targets[0]?.modelId ?? '');
    const latency = { firstTokenMs, sigma: 0.4 };
    const run = await startEmbeddedRun({ assemblyDir, port: 0, latency });
    try {
      await measure(run);
    } finally {
      await run.stop();
    }
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

async function measure(run: EmbeddedRun): Promise<void> {
  const { JobsQueueUrl, JobsTableName = '' } = run.outputs;
  const queue = queueName(JobsQueueUrl);
  const holdfast = { name: 'Holdfast', path: '/jobs', queue, table: JobsTableName };
  const bare = { name: 'bare pipeline', ...BARE };
  for (const pipeline of [bare, holdfast]) await burst(run, pipeline, WARM_UP_JOBS);
  console.log(
    `${availableParallelism()} cores, median latency of the fake Bedrock ${firstTokenMs} ms, ${WARM_UP_JOBS} warm-up jobs each\n`,
  );

  await measureBurst(run, holdfast);
  const seconds = await takeTurns(run, bare, holdfast);
  const rate = (total: number) => ((ROUNDS * ROUND_JOBS) / total).toFixed(0);
  line('in turns', `${ROUNDS} rounds of ${ROUND_JOBS} jobs each`);
  line('  bare pipeline', `${rate(seconds.bare)} jobs/s`);
  line('  Holdfast', `${rate(seconds.holdfast)} jobs/s`);
  line('  ratio', `${(seconds.bare / seconds.holdfast).toFixed(2)} (Holdfast / bare pipeline)`);
  const each = WARM_UP_JOBS + ROUNDS * ROUND_JOBS;
  await verify(run, bare, each + ROUND_JOBS);
  await verify(run, holdfast, each + jobCount);
  for (const denial of run.denied()) {
    line('denied by policy', denial);
    process.exitCode = 1;
  }
}

async function measureBurst(run: EmbeddedRun, holdfast: Pipeline): Promise<void> {
  const before = memoryMb(run);
  const peak = { ...before };
  const watch = setInterval(() => {
    const { servers, sandboxes } = memoryMb(run);
    peak.servers = Math.max(peak.servers, servers);
    peak.sandboxes = Math.max(peak.sandboxes, sandboxes);
  }, 1000);
  const seconds = await burst(run, holdfast, jobCount);
  clearInterval(watch);
  line('one burst', `${jobCount} jobs, from the first POST to the last result`);
  line('  Holdfast', `${(jobCount / seconds).toFixed(0)} jobs/s`);
  line(
    '  peak memory',
    `${peak.servers} MB servers, data and load (${before.servers} before), ${peak.sandboxes} MB sandboxes (${before.sandboxes} before)`,
  );
}

/**
 * Returns the total seconds of each pipeline. The pipelines take turns, so that a slow phase of the
 * machine slows both. The rounds are short, so that no sandbox is stopped because it is idle.
 */
async function takeTurns(run: EmbeddedRun, bare: Pipeline, holdfast: Pipeline) {
  const seconds = { bare: 0, holdfast: 0 };
  // The first burst has warmed up Holdfast. This one warms up the bare pipeline.
  await burst(run, bare, ROUND_JOBS);
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) seconds.bare += await burst(run, bare, ROUND_JOBS);
    seconds.holdfast += await burst(run, holdfast, ROUND_JOBS);
    if (round % 2 === 1) seconds.bare += await burst(run, bare, ROUND_JOBS);
  }
  return seconds;
}

/** Posts the jobs and returns the seconds until the last one is done. */
async function burst(run: EmbeddedRun, { path, queue }: Pipeline, count: number): Promise<number> {
  const startedAt = performance.now();
  const prompts = Array.from(
    { length: count },
    (_, i) => `Prompt ${i}: why do ships have anchors?`,
  );
  await sideBySide(prompts, async (prompt) => {
    const { status } = await request(run.apiUrl, path, { method: 'POST', body: { prompt } });
    if (status !== 202) throw new Error(`POST ${path}: got ${status}, expected 202`);
  });
  await queueEmpty(run, queue);
  return (performance.now() - startedAt) / 1000;
}

/** Prints how many jobs succeeded. Unless all did, the figures mean nothing and the bench fails. */
async function verify(run: EmbeddedRun, { name, table }: Pipeline, posted: number): Promise<void> {
  const statuses = await statusesOf(run, table);
  const succeeded = statuses.filter((status) => status === 'SUCCEEDED').length;
  line('succeeded', `${succeeded} of ${posted} jobs, ${name}`);
  if (succeeded !== posted || statuses.length !== posted) process.exitCode = 1;
}

async function statusesOf({ awsUrl }: EmbeddedRun, TableName: string) {
  const client = new DynamoDBClient(localAws(awsUrl));
  const statuses: (string | undefined)[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
    statuses.push(...Items.map(({ status }) => status?.S));
  }
  return statuses;
}

function memoryMb(run: EmbeddedRun) {
  const { serversMb: servers, sandboxesMb } = memoryOf(run);
  return { servers, sandboxes: sandboxesMb.reduce((sum, each) => sum + each, 0) };
}

function line(name: string, figure: string): void {
  console.log(`${name.padEnd(18)}${figure}`);
}

await main();
