/**
 * Jobs per second of the embedded run, end to end: posted over HTTP, through the queue, the worker,
 * the fake Bedrock, S3 and DynamoDB, with policies and guards on. The load comes from this process,
 * so both share the machine.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type EmbeddedRun, startEmbeddedRun } from '../../local/embedded-run.ts';
import { synthesize } from '../../local/synthesize.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '5000' },
    clients: { type: 'string', default: '8' },
    'latency-ms': { type: 'string', default: '5' },
    config: { type: 'string' },
  },
});
const jobCount = Number(values.jobs);
const clients = Number(values.clients);
const medianMs = Number(values['latency-ms']);
/** Until V8 has optimized the SDK in each sandbox: the first thousand take a quarter longer. */
const WARM_UP_JOBS = 1000;
const agent = new Agent({ keepAlive: true, maxSockets: clients });

async function main(): Promise<void> {
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  try {
    const assemblyDir = await synthesize({
      outDir,
      ...(values.config && { configFile: values.config }),
    });
    const run = await startEmbeddedRun({
      assemblyDir,
      port: 0,
      latency: { medianMs, sigma: 0.4, msPerOutputToken: 0 },
    });
    try {
      await postJobs(run, WARM_UP_JOBS);
      await drained(run);
      run.bedrock?.resetLog();
      await measure(run);
    } finally {
      await run.stop();
    }
  } finally {
    agent.destroy();
    await rm(outDir, { recursive: true, force: true });
  }
}

async function measure(run: EmbeddedRun): Promise<void> {
  const startedAt = performance.now();
  const accepted = await postJobs(run, jobCount);
  const acceptSeconds = (performance.now() - startedAt) / 1000;
  await drained(run);
  const seconds = (performance.now() - startedAt) / 1000;
  const memory = memoryMb(run);
  const endMs = await verify(run, accepted);

  const { connections, targets } = run.bedrock?.statistics() ?? { connections: {}, targets: [] };
  const calls = targets.reduce((sum, target) => sum + target.calls, 0);
  const opened = Object.values(connections).reduce((sum, count) => sum + count, 0);
  const acceptMs = accepted.map(({ ms }) => ms);
  console.log(`${jobCount} jobs, ${clients} clients, ${availableParallelism()} cores, Bedrock's median ${medianMs} ms, after ${WARM_UP_JOBS} jobs to warm up

  end to end            ${(jobCount / seconds).toFixed(0)} jobs/s
  accepted              ${(jobCount / acceptSeconds).toFixed(0)} jobs/s
  accept                p50 ${percentile(acceptMs, 50)} ms, p99 ${percentile(acceptMs, 99)} ms
  accept to end         p50 ${percentile(endMs, 50)} ms, p99 ${percentile(endMs, 99)} ms
  calls to Bedrock      ${calls}, ${((1000 * opened) / calls).toFixed(1)} connections opened per 1,000
  memory                main ${memory.main} MB, sandboxes ${memory.sandboxes.join(' + ')} MB
  denied by policies    ${run.denied().length}`);
}

interface Accepted {
  readonly jobId: string;
  readonly ms: number;
}

const acceptedJob = z.object({ jobId: z.string() });

async function postJobs(run: EmbeddedRun, count: number): Promise<Accepted[]> {
  const accepted: Accepted[] = [];
  let next = 0;
  const client = async () => {
    while (next < count) {
      const prompt = `Prompt number ${next++}: why do ships have anchors?`;
      const startedAt = performance.now();
      const body = await call(run, 'POST', '/jobs', JSON.stringify({ prompt }));
      const { jobId } = acceptedJob.parse(JSON.parse(body));
      accepted.push({ jobId, ms: performance.now() - startedAt });
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return accepted;
}

async function drained(run: EmbeddedRun): Promise<void> {
  const queue = run.outputs.JobsQueueUrl?.split('/').at(-1) ?? '';
  for (;;) {
    const { ready, delayed, inFlight } = await run.queueDepth(queue);
    if (ready + delayed + inFlight === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const job = z.object({
  status: z.literal('SUCCEEDED'),
  createdAt: z.coerce.date(),
  completedAt: z.coerce.date(),
});

/** Asks for every job; throws for one that did not succeed. */
async function verify(run: EmbeddedRun, accepted: readonly Accepted[]): Promise<number[]> {
  const endMs: number[] = [];
  const left = [...accepted];
  const client = async () => {
    for (let each = left.pop(); each; each = left.pop()) {
      const { createdAt, completedAt } = job.parse(
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

function memoryMb(run: EmbeddedRun) {
  const pids = run.functions.flatMap((each) => each.sandboxes);
  const output = execFileSync('ps', ['-o', 'rss=', '-p', pids.join(',')]).toString();
  const sandboxes = output
    .trim()
    .split('\n')
    .map((kb) => Math.round(Number(kb) / 1024));
  return { main: Math.round(process.memoryUsage.rss() / 2 ** 20), sandboxes };
}

await main();
