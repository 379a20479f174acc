/**
 * Measures cold starts: each function of the stack runs in Lambda's own runtime interface client, with
 * an event of the embedded run, against the embedded run's services over TLS. Needs Linux, `npm` and
 * `openssl`.
 *
 *     npm run bench:cold -- --rounds 11 --jobs 10
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type EmbeddedRun, startEmbeddedRun } from '../../local/embedded-run.ts';
import type { InvokeResult, LambdaFunction } from '../../local/lambda/function.ts';
import type { FunctionConfiguration } from '../../local/lambda/runtime-process.ts';
import { synthesize } from '../../local/synthesize.ts';
import { ApiClient } from '../support/api-client.ts';
import { median } from '../support/median.ts';
import { type ColdStart, startCold } from './cold/cold-start.ts';
import { installRuntimeClient } from './cold/runtime-client.ts';
import { createCertificate, startTlsFront } from './cold/tls-front.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '11' },
    /** The jobs of the worker's first batch. */
    jobs: { type: 'string', default: '4' },
  },
});
const [rounds, jobs] = [Number(values.rounds), Number(values.jobs)];
/** Lambda gives a function a full core at this memory, and less in proportion. */
const MB_OF_A_FULL_CORE = 1769;
const MEMORIES = [512, 1024, 1769];

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-cold-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const client = installRuntimeClient(folder);
  const certificate = createCertificate(folder);
  const assemblyDir = await synthesize({ outDir: join(folder, 'assembly') });
  const run = await startEmbeddedRun({ assemblyDir, port: 0, latency: { firstTokenMs: 5 } });
  cleanup.defer(() => run.stop());
  const fronts: Record<string, number> = {};
  for (const url of [run.awsUrl, run.bedrockUrl]) {
    const front = await startTlsFront(url, certificate);
    fronts[new URL(url).port] = front.port;
    cleanup.defer(front.close);
  }
  const environmentOf = (environment: Readonly<Record<string, string>>) => ({
    ...Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, overTls(value)]),
    ),
    NODE_EXTRA_CA_CERTS: certificate.certificate,
    TLS_FRONTS: JSON.stringify(fronts),
  });
  const start = ({ configuration }: LambdaFunction, event: string) => {
    const environment = environmentOf(configuration.environment);
    return startCold(client, { ...configuration, environment }, event);
  };
  const starts = await startAll(run, start);
  const empty = await emptyFunction(folder);
  const nothing: ColdStart[] = [];
  for (let i = 0; i < rounds; i++) nothing.push(await startCold(client, empty, '{}'));
  console.log(title());
  console.table({
    'an empty function': await rowOf(empty, nothing),
    ...Object.fromEntries(
      await Promise.all(
        run.functions.map(async (each) => [
          roleOf(each),
          await rowOf(each.configuration, starts.get(roleOf(each)) ?? []),
        ]),
      ),
    ),
  });
}

function title(): string {
  return `Cold starts, medians of ${rounds} rounds. The worker's first batch has ${jobs} jobs.
"first at N MB" is an estimate: the CPU time of the first invocation at the share of a core that N MB get,
and the time for which it waits.`;
}

type Start = (each: LambdaFunction, event: string) => Promise<ColdStart>;

/** Starts each function cold in each round, with events as AWS would send them. */
async function startAll(run: EmbeddedRun, start: Start) {
  const starts = new Map<string, ColdStart[]>();
  const records: unknown[] = [];
  const measure = async (each: LambdaFunction, event: string): Promise<InvokeResult> => {
    const measured = await start(each, event);
    starts.set(roleOf(each), [...(starts.get(roleOf(each)) ?? []), measured]);
    return { outcome: 'returned', payload: measured.response };
  };
  for (const each of run.functions) each.invoke = (event) => measure(each, event);
  const worker = functionOf(run, 'Worker');
  worker.invoke = async (event) => {
    records.push(...JSON.parse(event).Records);
    return { outcome: 'returned', payload: '{"batchItemFailures":[]}' };
  };
  const api = new ApiClient(run.apiUrl, { operator: run.operator });
  for (let round = 0; round < rounds; round++) {
    const jobIds: string[] = [];
    while (jobIds.length < jobs) jobIds.push(await api.submit('Why do ships have anchors?'));
    while (records.length < jobs) await sleep(20);
    await measure(worker, JSON.stringify({ Records: records.splice(0) }));
    for (const jobId of jobIds) {
      const { status } = await api.job(jobId);
      if (status !== 'SUCCEEDED')
        throw new Error(`job ${jobId}: got ${status}, expected SUCCEEDED`);
    }
    await api.asOperator('GET', '/admin/health');
    for (const role of ['Sweeper', 'Lifecycle']) await measure(functionOf(run, role), '{}');
  }
  return starts;
}

function functionOf(run: EmbeddedRun, role: string): LambdaFunction {
  const found = run.functions.find((each) => roleOf(each) === role);
  if (!found) throw new Error(`the stack has no function ${role}`);
  return found;
}

/** Returns `Worker` for a function whose logical id is like `DefaultWorkerFunctionHandler1A2B3C4D`. */
function roleOf({ name }: LambdaFunction): string {
  return /([A-Z][a-z]+)Function/.exec(name)?.[1] ?? name;
}

function overTls(text: string): string {
  return text.replace('http://127.0.0.1', 'https://127.0.0.1');
}

async function emptyFunction(folder: string): Promise<FunctionConfiguration> {
  const codeDir = join(folder, 'empty');
  await mkdir(codeDir);
  await writeFile(join(codeDir, 'index.mjs'), 'export async function handler() {}');
  const limits = { timeoutMs: 3000, memoryMb: 128 };
  return {
    name: 'empty',
    arn: 'empty',
    codeDir,
    handler: 'index.handler',
    environment: {},
    ...limits,
  };
}

async function rowOf({ codeDir, memoryMb }: FunctionConfiguration, starts: readonly ColdStart[]) {
  const medianOf = (figure: (of: ColdStart) => number) => Math.round(median(starts.map(figure)));
  const { size } = await stat(join(codeDir, 'index.mjs'));
  const firstAt = (mb: number) =>
    medianOf(({ firstMs, firstCpuMs }) => {
      const share = Math.min(1, mb / MB_OF_A_FULL_CORE);
      return Math.max(0, firstMs - firstCpuMs) + firstCpuMs / share;
    });
  return {
    kB: Math.round(size / 1000),
    'init CPU ms': medianOf(({ initCpuMs }) => initCpuMs),
    'init ms': medianOf(({ initMs }) => initMs),
    'first CPU ms': medianOf(({ firstCpuMs }) => firstCpuMs),
    'first ms': medianOf(({ firstMs }) => firstMs),
    ...Object.fromEntries(MEMORIES.map((mb) => [`first at ${mb} MB`, firstAt(mb)])),
    'peak MB': medianOf(({ peakMb }) => peakMb),
    'memory MB': memoryMb,
  };
}

await main();
