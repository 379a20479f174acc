/**
 * Checks the promises about jobs while everything around them fails: sandboxes are killed, DynamoDB and
 * SQS refuse calls, lose responses and deliver messages twice, models fail and break their answers from
 * time to time, and callers cancel some jobs. All unkind behaviours of the embedded run are on. An
 * answer takes seconds, so most of this happens while answers stream. Then the faults stop, and every
 * accepted job must end exactly once.
 *
 *     npm run chaos -- --seconds 60 --jobs-per-second 10 --seed 1
 *
 * The same seed gives the same faults, order and pauses. The faults may hit other calls, because
 * the timing varies.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { workerTimeoutSeconds } from '../../lambda/contract/time-budget.ts';
import { hasEnded } from '../../lambda/contract/words.ts';
import { seededRandom } from '../../local/bedrock/seeded-random.ts';
import { type EmbeddedRun, startEmbeddedRun } from '../../local/embedded-run.ts';
import { synthesize } from '../../local/synthesize.ts';
import { UNKIND_NAMES } from '../../local/unkind.ts';
import { Disturbances, ODDS } from './disturbances.ts';
import { collect, OPERATOR, rowsOf } from './evidence.ts';
import { checkPromises, type Findings } from './findings.ts';
import { flapping } from './flapping.ts';
import { type Killer, startKiller } from './killer.ts';
import { Load } from './load.ts';
import settingsInput from './settings.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    'jobs-per-second': { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const seconds = Number(values.seconds);
const jobsPerSecond = Number(values['jobs-per-second']);
const seed = Number(values.seed);
/** The embedded run keeps the last 10,000 events and 20,000 calls, so it cannot account for more jobs. */
const MOST_JOBS = 8000;
if (!(seconds > 0 && jobsPerSecond > 0 && seconds * jobsPerSecond <= MOST_JOBS)) {
  throw new RangeError(
    `seconds × jobs per second: got ${seconds} × ${jobsPerSecond}, allowed is up to ${MOST_JOBS}`,
  );
}

const SETTINGS = parseSettings(settingsInput, 'settings.ts');
const SETTINGS_FILE = fileURLToPath(new URL('settings.ts', import.meta.url));
/** Answers take about 2.5 s, and one in a hundred takes more than 8 s. */
const LATENCY = { firstTokenMs: 200, sigma: 0.5, tokensPerSecond: 60, speedSigma: 0.2 };
const ANSWERS = { medianTokens: 140, sigma: 0.5 };
/** Lambda's limit for a new account. */
const ACCOUNT_CONCURRENCY = 10;
const SWEEP_EVERY_MS = 4000;
/** Twice the time after which the sweeper resends a message or publishes an event. */
const STANDSTILL_MS = 180_000;

async function main(): Promise<void> {
  print(`chaos: seed ${seed}, ${jobsPerSecond} jobs/s for ${seconds} s`);
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-chaos-'));
  const disturbances = new Disturbances(ODDS, seededRandom(seed));
  const logs: string[] = [];
  try {
    const run = await startEmbeddedRun({
      assemblyDir: await synthesize({ configFile: SETTINGS_FILE, outDir }),
      port: 0,
      seed,
      unkind: UNKIND_NAMES,
      concurrency: ACCOUNT_CONCURRENCY,
      latency: LATENCY,
      answers: ANSWERS,
      disturb: disturbances.wrap,
      onLog: (_, line) => logs.push(line),
    });
    try {
      await play(run, disturbances, logs);
    } finally {
      await run.stop();
    }
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

async function play(run: EmbeddedRun, disturbances: Disturbances, logs: readonly string[]) {
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
    batchSize: SETTINGS.jobs.batchSize,
    runsFailed: linesWith(logs, 'message failed; SQS will redeliver it'),
    runsLate: linesWith(logs, 'answer discarded'),
  };
  const evidence = await collect(run, load, crashes, SETTINGS.breaker);
  report({ killer, disturbances, load, loadSeconds, restSeconds });
  print(
    `  runs failed ${crashes.runsFailed}, late ${crashes.runsLate}; jobs ${table(countsOf(evidence.rows.map(({ status }) => status)))}`,
  );
  const calls = run.bedrock?.calls({ operation: 'converse*' }) ?? [];
  print(`  model calls ${table(countsOf(calls.map(({ outcome }) => outcome)))}`);
  conclude(checkPromises(evidence), load, run);
}

/**
 * Sets the shortest visibility timeout that the worker's timeout allows. SQS redelivers the
 * messages of a killed worker after this timeout, and the template's value is minutes.
 */
async function shortenVisibility({ awsUrl, outputs }: EmbeddedRun): Promise<void> {
  const client = new SQSClient({
    ...OPERATOR,
    endpoint: awsUrl,
  });
  const VisibilityTimeout = String(workerTimeoutSeconds(SETTINGS.jobs) + 1);
  const QueueUrl = outputs.JobsQueueUrl;
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout } }));
}

/** Invokes the sweeper every few seconds; the deployed schedule does so once a minute. */
function sweepOften({ functions }: EmbeddedRun): NodeJS.Timeout {
  const sweeper = functions.find(({ name }) => name.includes('Sweeper'));
  if (!sweeper) throw new Error('the stack has no function whose name contains Sweeper');
  return setInterval(() => void sweeper.invoke('{}'), SWEEP_EVERY_MS);
}

/**
 * Waits until every job has ended, every event is published and the queue is empty, so that nothing can
 * change any more. Gives up when nothing gets done for a while: a long run leaves a long backlog, which
 * is no fault as long as it shrinks.
 */
async function atRest(run: EmbeddedRun): Promise<void> {
  const queue = run.outputs.JobsQueueUrl?.split('/').at(-1) ?? '';
  let fewestLeft = Number.POSITIVE_INFINITY;
  let progressAt = performance.now();
  while (performance.now() < progressAt + STANDSTILL_MS) {
    const { ready, delayed, inFlight } = await run.queueDepth(queue);
    const rows = await rowsOf(run);
    const unfinished = rows.filter(({ status, dueAt }) => !hasEnded(status) || dueAt !== undefined);
    const left = unfinished.length + ready + delayed + inFlight;
    if (left === 0) return;
    if (left < fewestLeft) {
      fewestLeft = left;
      progressAt = performance.now();
    }
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
  const { posts, gets, deletes } = load.answers;
  const rate = (load.accepted.length / loadSeconds).toFixed(1);
  print(
    `  accepted at ${rate} jobs/s in ${loadSeconds.toFixed(0)} s, at rest after ${restSeconds.toFixed(0)} s more`,
  );
  print(`  kills ${killsOf(killer, /./)} (workers ${killsOf(killer, /Worker/)})`);
  print(
    `  DynamoDB throttles ${disturbances.count('throttled')}, queue errors ${disturbances.count('failed')}, messages delivered twice ${disturbances.count('doubled')}, responses lost ${disturbances.count('response-lost')}`,
  );
  print(`  answers to POST ${table(posts)}; to GET ${table(gets)}; to DELETE ${table(deletes)}`);
}

function conclude({ figures, faults }: Findings, load: Load, run: EmbeddedRun): void {
  for (const [name, figure] of Object.entries(figures)) print(`  ${name.padEnd(34)}${figure}`);
  const { malformed } = load.answers;
  const all = [
    ...faults,
    ...(malformed.length > 0 ? [`errors that are not problem details: ${malformed}`] : []),
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

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}

function table(counts: ReadonlyMap<string | number, number>): string {
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
