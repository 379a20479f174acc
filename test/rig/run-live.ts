import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Settings } from '../../lambda/contract/policy.ts';
import { hasEnded } from '../../lambda/contract/words.ts';
import { startEmbeddedRun } from '../../local/embedded-run.ts';
import { synthesize } from '../../local/synthesize.ts';
import { ApiClient, type JobView } from '../support/api-client.ts';
import type { CircuitChange, JobRecord, OutageRun } from './outage-run.ts';
import {
  CALL_MS,
  DRAIN_SECONDS,
  HEALTHY_SECONDS,
  JOBS_PER_SECOND,
  type Outage,
  RECOVERY_SECONDS,
} from './outages.ts';

/** A job with the calls that were made or skipped for it. */
type LiveJob = JobRecord & Pick<JobView, 'attempts'>;

/** The app, synthesized with these settings. */
export interface RigApp {
  readonly settings: Settings;
  readonly assemblyDir: string;
  /** Deletes the assembly. */
  dispose(): Promise<void>;
}

export async function synthesizeApp(settings: Settings): Promise<RigApp> {
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-rig-'));
  const configFile = join(outDir, 'settings.json');
  await writeFile(configFile, JSON.stringify(settings));
  const assemblyDir = await synthesize({ configFile, outDir: join(outDir, 'assembly') });
  return { settings, assemblyDir, dispose: () => rm(outDir, { recursive: true, force: true }) };
}

/** Runs one outage in real time on an embedded run of its own, with traffic over the API. */
export async function runLive(
  { settings, assemblyDir }: RigApp,
  outage: Outage,
  seed: number,
): Promise<OutageRun> {
  const changes: CircuitChange[] = [];
  const run = await startEmbeddedRun({
    assemblyDir,
    port: 0,
    seed,
    latency: { firstTokenMs: CALL_MS, sigma: 0.4 },
    onLog: (_name, line) => changes.push(...changesIn(line)),
  });
  try {
    const { bedrock } = run;
    if (!bedrock) throw new Error('the rig needs the fake Bedrock');
    const api = new ApiClient(run.apiUrl);
    await warmUp(api);
    bedrock.resetLog();
    const { aftermath } = outage;
    const afterSeconds = aftermath?.seconds ?? RECOVERY_SECONDS;
    const seconds = HEALTHY_SECONDS + outage.seconds + afterSeconds;
    const traffic = post(api, seconds * JOBS_PER_SECOND);
    await sleep(HEALTHY_SECONDS * 1000);
    const outageStartMs = Date.now();
    const faults = outage.rules(settings).map((rule) => bedrock.setFault(rule));
    await sleep(outage.seconds * 1000);
    const outageEndMs = Date.now();
    for (const id of faults) bedrock.clearFault(id);
    for (const rule of aftermath?.rules(settings) ?? []) bedrock.setFault(rule);
    const jobs = await ended(api, await traffic);
    const queue = run.outputs.DeadLetterQueueUrl?.split('/').at(-1) ?? '';
    const { ready: deadLetters } = await run.queueDepth(queue);
    const calls = bedrock.calls();
    return { settings, outageStartMs, outageEndMs, changes, jobs, calls, deadLetters };
  } finally {
    await run.stop();
  }
}

const logLine = z.discriminatedUnion('message', [
  z.object({
    message: z.literal('circuit opened'),
    target: z.string(),
    timestamp: z.coerce.date(),
    untilMs: z.number(),
  }),
  z.object({
    message: z.literal('circuit recovery stage began'),
    target: z.string(),
    timestamp: z.coerce.date(),
    stage: z.number(),
  }),
  z.object({
    message: z.literal('circuit closed'),
    target: z.string(),
    timestamp: z.coerce.date(),
  }),
]);

/** Reads the change of a circuit from a worker's log line, if it reports one. */
export function changesIn(line: string): readonly CircuitChange[] {
  if (!line.includes('"circuit ')) return [];
  const parsed = logLine.safeParse(JSON.parse(line));
  if (!parsed.success) return [];
  const report = parsed.data;
  const { target: key, message } = report;
  const atMs = report.timestamp.getTime();
  switch (message) {
    case 'circuit opened':
      return [{ type: 'opened', key, atMs, untilMs: report.untilMs }];
    case 'circuit recovery stage began':
      return report.stage === 0 ? [{ type: 'half_opened', key, atMs }] : [];
    case 'circuit closed':
      return [{ type: 'closed', key, atMs }];
    default:
      return report satisfies never;
  }
}

/** Starts the sandboxes before the outage, so that their cold starts do not affect its figures. */
async function warmUp(api: ApiClient): Promise<void> {
  await ended(api, await post(api, JOBS_PER_SECOND));
}

/** Posts jobs at a steady pace without waiting for their ends, and returns their ids. */
export async function post(
  api: ApiClient,
  count: number,
  perSecond = JOBS_PER_SECOND,
  prompt = (n: number) => `question ${n}`,
): Promise<readonly string[]> {
  const posted: Promise<string>[] = [];
  const beganAt = performance.now();
  for (let i = 0; i < count; i++) {
    posted.push(api.submit(prompt(i)));
    await sleep(Math.max(0, beganAt + ((i + 1) * 1000) / perSecond - performance.now()));
  }
  return Promise.all(posted);
}

/** Waits for all jobs to end, but no longer than `drainSeconds`, and returns them. */
export async function ended(
  api: ApiClient,
  jobIds: readonly string[],
  drainSeconds = DRAIN_SECONDS,
): Promise<readonly LiveJob[]> {
  const giveUpAt = performance.now() + drainSeconds * 1000;
  const jobs: LiveJob[] = [];
  for (const jobId of jobIds) {
    let job = await api.job(jobId);
    while (!hasEnded(job.status) && performance.now() <= giveUpAt) {
      await sleep(100);
      job = await api.job(jobId);
    }
    const { status, tier, createdAt, completedAt, attempts } = job;
    jobs.push({
      jobId,
      status,
      tier,
      attempts,
      createdAt: Date.parse(createdAt),
      completedAt: completedAt === undefined ? undefined : Date.parse(completedAt),
    });
  }
  return jobs;
}
