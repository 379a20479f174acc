/**
 * A burst of jobs through Holdfast, and then jobs in turns through it and through a bare pipeline:
 * the prompt to S3, a row with the same indexes, one Converse, the result to S3, an event; no
 * breaker, no router, no claims. Both run in one embedded run; the load comes from this process, so
 * all share the machine.
 *
 *     npm run bench:load -- --jobs 5000
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import settingsInput from '../../holdfast.config.ts';
import { type EmbeddedRun, startEmbeddedRun } from '../../local/embedded-run.ts';
import { synthesize } from '../../local/synthesize.ts';
import { request } from '../support/api-client.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { addBarePipeline, BARE } from './bare/pipeline.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '5000' },
    'latency-ms': { type: 'string', default: '5' },
  },
});
const jobCount = Number(values.jobs);
const medianMs = Number(values['latency-ms']);
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
    const assemblyDir = await synthesize({ outDir });
    addBarePipeline(assemblyDir, settingsInput.tiers[0]?.targets[0]?.modelId ?? '');
    const latency = { medianMs, sigma: 0.4, msPerOutputToken: 0 };
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
  const { JobsQueueUrl = '', JobsTableName = '' } = run.outputs;
  const queue = JobsQueueUrl.split('/').at(-1) ?? '';
  const holdfast = { name: 'Holdfast', path: '/jobs', queue, table: JobsTableName };
  const bare = { name: 'bare', ...BARE };
  for (const pipeline of [bare, holdfast]) await burst(run, pipeline, WARM_UP_JOBS);
  console.log(
    `${availableParallelism()} cores, Bedrock's median ${medianMs} ms, after ${WARM_UP_JOBS} jobs each to warm up\n`,
  );

  const before = memoryMb(run);
  const peak = { ...before };
  const watch = setInterval(() => {
    const { servers, sandboxes } = memoryMb(run);
    peak.servers = Math.max(peak.servers, servers);
    peak.sandboxes = Math.max(peak.sandboxes, sandboxes);
  }, 1000);
  const seconds = await burst(run, holdfast, jobCount);
  clearInterval(watch);
  console.log(`  ${jobCount} jobs in one burst   ${(jobCount / seconds).toFixed(0)} jobs/s end to end
  memory at most         servers with all they store, and this load, ${peak.servers} MB (${before.servers} before); sandboxes ${peak.sandboxes} MB (${before.sandboxes} before)`);

  const took = await takeTurns(run, bare, holdfast);
  const rate = (total: number) => ((ROUNDS * ROUND_JOBS) / total).toFixed(0);
  console.log(`  in turns, ${ROUNDS} x ${ROUND_JOBS}    bare ${rate(took.bare)} jobs/s, Holdfast ${rate(took.holdfast)} jobs/s
  Holdfast / bare        ${(took.bare / took.holdfast).toFixed(2)}`);
  const each = WARM_UP_JOBS + ROUNDS * ROUND_JOBS;
  await verify(run, bare, each + ROUND_JOBS);
  await verify(run, holdfast, each + jobCount);
  for (const denial of run.denied()) {
    console.log(`denied: ${denial}`);
    process.exitCode = 1;
  }
}

/**
 * Seconds that each took in all. In turns, so that a machine that slows down slows both, and in
 * short ones, so that no sandbox of either is ended meanwhile.
 */
async function takeTurns(run: EmbeddedRun, bare: Pipeline, holdfast: Pipeline) {
  const took = { bare: 0, holdfast: 0 };
  // As warm as the other one is by now.
  await burst(run, bare, ROUND_JOBS);
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) took.bare += await burst(run, bare, ROUND_JOBS);
    took.holdfast += await burst(run, holdfast, ROUND_JOBS);
    if (round % 2 === 1) took.bare += await burst(run, bare, ROUND_JOBS);
  }
  return took;
}

/** Seconds from the first post to the last job done. */
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
  for (;;) {
    const { ready, delayed, inFlight } = await run.queueDepth(queue);
    if (ready + delayed + inFlight === 0) return (performance.now() - startedAt) / 1000;
    await sleep(20);
  }
}

/** Every job has succeeded, or the figures mean nothing. */
async function verify(run: EmbeddedRun, { name, table }: Pipeline, posted: number): Promise<void> {
  const statuses = await statusesOf(run, table);
  const succeeded = statuses.filter((status) => status === 'SUCCEEDED').length;
  console.log(`  ${`${name} SUCCEEDED`.padEnd(23)}${succeeded} of ${posted}`);
  if (succeeded !== posted || statuses.length !== posted) process.exitCode = 1;
}

async function statusesOf({ awsUrl }: EmbeddedRun, TableName: string) {
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: awsUrl,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const statuses: (string | undefined)[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
    statuses.push(...Items.map(({ status }) => status?.S));
  }
  return statuses;
}

/** What processes hold of the machine; the servers and the load are one process. */
function memoryMb(run: EmbeddedRun) {
  const pids = run.functions.flatMap(({ sandboxes }) => sandboxes);
  const output = execFileSync('ps', ['-o', 'rss=', '-p', [process.pid, ...pids].join(',')]);
  const kb = output.toString().trim().split('\n').map(Number);
  const mb = (sizes: readonly number[]) =>
    Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
  const servers = Math.round(process.memoryUsage.rss() / 2 ** 20);
  return { servers, sandboxes: mb(kb) - servers };
}

await main();
