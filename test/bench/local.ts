/**
 * Measures jobs per second of the embedded run from end to end: over HTTP, through the queue, the
 * worker, the fake Bedrock, S3 and DynamoDB, with policies enforced. Servers, functions and load
 * share the machine, so compare only runs on the same quiet machine. It measures short texts first,
 * then requests with an image and a history, on the same sandboxes.
 *
 *     npm run bench:local -- --jobs 5000 --clients 8 --latency-ms 5 --config FILE
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type EmbeddedRun, startEmbeddedRun } from '../../local/embedded-run.ts';
import { synthesize } from '../../local/synthesize.ts';
import { memoryOf, queueEmpty, queueName } from './embedded-run.ts';
import { IMAGE_AND_TURNS, type RequestKind, TEXT } from './requests.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '5000' },
    /** The number of clients that post at the same time. */
    clients: { type: 'string', default: '8' },
    /** The fake Bedrock's median latency. */
    'latency-ms': { type: 'string', default: '5' },
    /** A settings file. Its `api` must allow the rate of the posts. @default settings.ts, beside this */
    config: { type: 'string', default: fileURLToPath(new URL('settings.ts', import.meta.url)) },
  },
});
const jobCount = Number(values.jobs);
const clients = Number(values.clients);
const firstTokenMs = Number(values['latency-ms']);
/** Jobs before the measurement. They take 25 % longer, because V8 is still optimizing the SDK. */
const WARM_UP_JOBS = 1000;
/** Requests with this agent take less CPU time than `fetch`, which leaves more to Holdfast. */
const agent = new Agent({ keepAlive: true, maxSockets: clients });

async function main(): Promise<void> {
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  try {
    const assemblyDir = await synthesize({ outDir, configFile: values.config });
    const run = await startEmbeddedRun({
      assemblyDir,
      port: 0,
      latency: { firstTokenMs, sigma: 0.4 },
    });
    try {
      print(`${clients} clients on ${availableParallelism()} cores, after ${WARM_UP_JOBS} warm-up jobs
Median latency of the fake Bedrock: ${firstTokenMs} ms`);
      await postJobs(run, TEXT, WARM_UP_JOBS);
      await queueEmpty(run, queueName(run.outputs.JobsQueueUrl));
      for (const kind of [TEXT, IMAGE_AND_TURNS]) await measure(run, kind);
    } finally {
      await run.stop();
    }
  } finally {
    agent.destroy();
    await rm(outDir, { recursive: true, force: true });
  }
}

async function measure(run: EmbeddedRun, kind: RequestKind): Promise<void> {
  run.bedrock?.resetLog();
  const count = Math.ceil(jobCount * kind.share);
  const startedAt = performance.now();
  const accepted = await postJobs(run, kind, count);
  const acceptSeconds = (performance.now() - startedAt) / 1000;
  await queueEmpty(run, queueName(run.outputs.JobsQueueUrl));
  const seconds = (performance.now() - startedAt) / 1000;
  const memory = memoryOf(run);
  const endMs = await verify(run, accepted);

  const { connections, targets } = run.bedrock?.statistics() ?? { connections: {}, targets: [] };
  const calls = targets.reduce((sum, target) => sum + target.calls, 0);
  const opened = Object.values(connections).reduce((sum, count) => sum + count, 0);
  const acceptMs = accepted.map(({ ms }) => ms);
  print(`
${count} jobs with ${kind.name}
end to end           ${(count / seconds).toFixed(0)} jobs/s, from the first POST to the last result
accepted             ${(count / acceptSeconds).toFixed(0)} jobs/s, from the first POST to the last 202
POST, latency        p50 ${percentile(acceptMs, 50)} ms, p99 ${percentile(acceptMs, 99)} ms
accepted to ended    p50 ${percentile(endMs, 50)} ms, p99 ${percentile(endMs, 99)} ms
calls of Bedrock     ${calls}, with ${((1000 * opened) / calls).toFixed(1)} new connections per 1,000 calls
memory               ${memory.serversMb} MB servers, data and load; ${memory.sandboxesMb.join(' + ')} MB sandboxes
denied by policies   ${run.denied().length} calls`);
}

interface Accepted {
  readonly jobId: string;
  /** The duration of the POST. */
  readonly ms: number;
}

const acceptedJob = z.object({ jobId: z.string() });

async function postJobs(
  run: EmbeddedRun,
  kind: RequestKind,
  count: number,
): Promise<readonly Accepted[]> {
  const accepted: Accepted[] = [];
  let next = 0;
  const client = async () => {
    while (next < count) {
      const body = kind.body(next++);
      const startedAt = performance.now();
      const answer = await call(run, 'POST', '/jobs', body);
      const { jobId } = acceptedJob.parse(JSON.parse(answer));
      accepted.push({ jobId, ms: performance.now() - startedAt });
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return accepted;
}

const succeededJob = z.object({
  status: z.literal('SUCCEEDED'),
  createdAt: z.coerce.date(),
  completedAt: z.coerce.date(),
});

/** Returns the duration of each job; throws if one did not succeed. */
async function verify(run: EmbeddedRun, accepted: readonly Accepted[]): Promise<readonly number[]> {
  const endMs: number[] = [];
  const left = [...accepted];
  const client = async () => {
    for (let each = left.pop(); each; each = left.pop()) {
      const { createdAt, completedAt } = succeededJob.parse(
        JSON.parse(await call(run, 'GET', `/jobs/${each.jobId}`)),
      );
      endMs.push(completedAt.getTime() - createdAt.getTime());
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return endMs;
}

function call(run: EmbeddedRun, method: string, path: string, body?: string): Promise<string> {
  const headers = { 'x-api-key': 'local', 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${run.apiUrl}${path}`, { method, headers, agent }, (response) =>
      resolve(text(response)),
    );
    outgoing.on('error', reject).end(body);
  });
}

function percentile(numbers: readonly number[], percent: number): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN).toFixed(0);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
