/**
 * The promises about jobs, held while everything around them breaks: sandboxes are killed, DynamoDB
 * and SQS refuse calls, lose answers and deliver twice, the models flap. Then the faults stop, and
 * each accepted job has to come to an end, once.
 *
 *     npm run chaos -- --seconds 60 --jobs-per-second 50 --seed 1
 *
 * A seed repeats what is drawn: faults, odds, pauses. What they hit is up to the machine's clock.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { workerTimeoutSeconds } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { hasEnded } from '../../lambda/contract/words.ts';
import { type EmbeddedRun, startEmbeddedRun } from '../../local/embedded-run.ts';
import { synthesize } from '../../local/synthesize.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { Disturbances, ODDS } from './disturbances.ts';
import { collect, rowsOf } from './evidence.ts';
import { flapping } from './flapping.ts';
import { type Killer, startKiller } from './killer.ts';
import { Load } from './load.ts';
import settingsInput from './settings.ts';
import { judge, type Verdict } from './verdict.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    'jobs-per-second': { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const seconds = Number(values.seconds);
const jobsPerSecond = Number(values['jobs-per-second']);
const seed = Number(values.seed);
/** The run keeps the last 10,000 events and 20,000 calls: no more jobs can be judged. */
const MOST_JOBS = 8000;
if (!(seconds > 0 && jobsPerSecond > 0 && seconds * jobsPerSecond <= MOST_JOBS)) {
  throw new RangeError(
    `seconds × jobs a second: got ${seconds} × ${jobsPerSecond}, allowed is up to ${MOST_JOBS}`,
  );
}

const SETTINGS = parseSettings(settingsInput, 'settings.ts');
const SETTINGS_FILE = fileURLToPath(new URL('settings.ts', import.meta.url));
const BATCH_SIZE = 10;
const SWEEP_EVERY_MS = 4000;
/** Twice what the sweeper waits for what was not sent or not told. */
const REST_LIMIT_MS = 180_000;

async function main(): Promise<void> {
  print(`chaos: seed ${seed}, ${jobsPerSecond} jobs/s for ${seconds} s`);
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-chaos-'));
  const disturbances = new Disturbances(ODDS, seededRandom(seed));
  const said: string[] = [];
  try {
    const run = await startEmbeddedRun({
      assemblyDir: await synthesize({ configFile: SETTINGS_FILE, outDir }),
      port: 0,
      seed,
      latency: { medianMs: 40, sigma: 0.5, msPerOutputToken: 0 },
      disturb: disturbances.wrap,
      onLog: (_, line) => said.push(line),
    });
    try {
      await play(run, disturbances, said);
    } finally {
      await run.stop();
    }
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

async function play(run: EmbeddedRun, disturbances: Disturbances, said: readonly string[]) {
  await shortenVisibility(run);
  const load = new Load(run.apiUrl, seededRandom(seed + 1));
  const sweeping = sweepOften(run);
  const startedAt = performance.now();

  disturbances.start();
  for (const rule of flapping(seconds, seededRandom(seed + 2))) run.bedrock?.setFault(rule);
  const killer = startKiller(run.functions, seededRandom(seed + 3));
  await load.run(jobsPerSecond, seconds);
  const loadSeconds = (performance.now() - startedAt) / 1000;
  killer.stop();
  disturbances.stop();
  run.bedrock?.clearFaults();

  await atRest(run);
  clearInterval(sweeping);
  const restSeconds = (performance.now() - startedAt) / 1000 - loadSeconds;
  const crashes = {
    workersKilled: killsOf(killer, /Worker/),
    batchSize: BATCH_SIZE,
    runsBroken: linesWith(said, 'message failed; SQS will redeliver it'),
    runsLate: linesWith(said, 'answer discarded'),
  };
  const { callTimeoutSeconds } = SETTINGS.breaker;
  const evidence = await collect(run, load, crashes, callTimeoutSeconds * 1000);
  report({ killer, disturbances, load, loadSeconds, restSeconds });
  print(
    `  runs broken ${crashes.runsBroken}, late ${crashes.runsLate}; jobs by status ${statusesOf(evidence.rows)}`,
  );
  conclude(judge(evidence), load, run);
}

/**
 * What a killed worker had in hand comes back after the queue's visibility timeout: minutes by the
 * template, and here as short as the worker's own timeout allows.
 */
async function shortenVisibility({ awsUrl, outputs }: EmbeddedRun): Promise<void> {
  const client = new SQSClient({
    region: 'us-east-1',
    endpoint: awsUrl,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const VisibilityTimeout = String(workerTimeoutSeconds(SETTINGS.breaker) + 1);
  const QueueUrl = outputs.JobsQueueUrl;
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout } }));
}

/** As the schedule does each minute. */
function sweepOften({ functions }: EmbeddedRun): NodeJS.Timeout {
  const sweeper = functions.find(({ name }) => name.includes('Sweeper'));
  if (!sweeper) throw new Error('no sweeper in the stack');
  return setInterval(() => void sweeper.invoke('{}'), SWEEP_EVERY_MS);
}

/**
 * Every job ended, no end left to the sweeper and no message to come back: what comes after this
 * changes nothing.
 */
async function atRest(run: EmbeddedRun): Promise<void> {
  const queue = run.outputs.JobsQueueUrl?.split('/').at(-1) ?? '';
  const endsAt = performance.now() + REST_LIMIT_MS;
  while (performance.now() < endsAt) {
    const { ready, delayed, inFlight } = await run.queueDepth(queue);
    const rows = await rowsOf(run);
    const isDone = rows.every(({ status, dueAt }) => hasEnded(status) && dueAt === undefined);
    if (isDone && ready + delayed + inFlight === 0) return;
    await sleep(2000);
  }
}

interface Reported {
  readonly killer: Killer;
  readonly disturbances: Disturbances;
  readonly load: Load;
  readonly loadSeconds: number;
  readonly restSeconds: number;
}

function report({ killer, disturbances, load, loadSeconds, restSeconds }: Reported): void {
  const { posts, gets } = load.weather;
  const rate = (load.accepted.length / loadSeconds).toFixed(1);
  print(
    `  accepted at ${rate} jobs/s in ${loadSeconds.toFixed(0)} s, at rest after ${restSeconds.toFixed(0)} s more`,
  );
  print(`  kills ${killsOf(killer, /./)} (workers ${killsOf(killer, /Worker/)})`);
  print(
    `  DynamoDB throttles ${disturbances.count('throttled')}, queue errors ${disturbances.count('failed')}, messages delivered twice ${disturbances.count('doubled')}, answers lost ${disturbances.count('answer-lost')}`,
  );
  print(`  answers to POST ${table(posts)}; to GET ${table(gets)}`);
}

function conclude({ figures, faults }: Verdict, load: Load, run: EmbeddedRun): void {
  for (const [name, figure] of Object.entries(figures)) print(`  ${name.padEnd(34)}${figure}`);
  const { misshapen } = load.weather;
  const all = [
    ...faults,
    ...(misshapen.length > 0 ? [`errors that are no problem details: ${misshapen}`] : []),
    ...run.denied().map((denial) => `denied: ${denial}`),
  ];
  for (const fault of all) print(`BROKEN ${fault}`);
  print(all.length === 0 ? 'all promises kept' : `promises broken; seed ${seed}`);
  process.exitCode = all.length === 0 ? 0 : 1;
}

function killsOf({ kills }: Killer, name: RegExp): number {
  return [...kills].reduce((sum, [each, count]) => sum + (name.test(each) ? count : 0), 0);
}

function linesWith(lines: readonly string[], text: string): number {
  return lines.filter((line) => line.includes(text)).length;
}

function statusesOf(rows: readonly { readonly status: string }[]): string {
  return table(
    new Map([...Map.groupBy(rows, ({ status }) => status)].map(([k, v]) => [k, v.length])),
  );
}

function table(counts: ReadonlyMap<string | number, number>): string {
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
