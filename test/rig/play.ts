import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Settings } from '../../lambda/contract/policy.ts';
import { hasEnded, JOB_STATUSES } from '../../lambda/contract/words.ts';
import { type EmbeddedRun, startEmbeddedRun } from '../../local/embedded-run.ts';
import { synthesize } from '../../local/synthesize.ts';
import { type Answer, request } from '../e2e/api-client.ts';
import type { CircuitChange, PlayedJob, Replay } from './figures.ts';
import {
  AFTER_SECONDS,
  BEFORE_SECONDS,
  CALL_MS,
  JOBS_PER_SECOND,
  type Outage,
  PATIENCE_SECONDS,
} from './outages.ts';

/** The app, synthesized with these settings. */
export interface Stage {
  readonly settings: Settings;
  readonly dir: string;
  dispose(): Promise<void>;
}

export async function buildStage(settings: Settings): Promise<Stage> {
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-rig-'));
  const configFile = join(outDir, 'settings.json');
  await writeFile(configFile, JSON.stringify(settings));
  const dir = await synthesize({ configFile, outDir: join(outDir, 'assembly') });
  return { settings, dir, dispose: () => rm(outDir, { recursive: true, force: true }) };
}

/** Plays one outage in real time on an embedded run of its own, driven over the API. */
export async function play(
  { settings, dir }: Stage,
  outage: Outage,
  seed: number,
): Promise<Replay> {
  const changes: CircuitChange[] = [];
  const run = await startEmbeddedRun({
    ...{ assemblyDir: dir, port: 0, seed },
    latency: { medianMs: CALL_MS, msPerOutputToken: 0 },
    onLog: (_name, line) => changes.push(...changeIn(line)),
  });
  try {
    const { bedrock } = run;
    if (!bedrock) throw new Error('the rig needs the fake Bedrock');
    await warmUp(run);
    bedrock.resetLog();
    const seconds = BEFORE_SECONDS + outage.seconds + AFTER_SECONDS;
    const traffic = post(run, seconds * JOBS_PER_SECOND);
    await sleep(BEFORE_SECONDS * 1000);
    const brokeAtMs = Date.now();
    const faults = outage.rules(settings).map((rule) => bedrock.setFault(rule));
    await sleep(outage.seconds * 1000);
    const healedAtMs = Date.now();
    for (const id of faults) bedrock.clearFault(id);
    const jobs = await ended(run, await traffic);
    const queue = run.outputs.DeadLetterQueueUrl?.split('/').at(-1) ?? '';
    const { ready: deadLetters } = await run.queueDepth(queue);
    const calls = bedrock.calls();
    return { settings, brokeAtMs, healedAtMs, changes, jobs, calls, deadLetters };
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
    message: z.literal('circuit recovers'),
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

/** What a worker says of a circuit, if this line of its log does. */
function changeIn(line: string): readonly CircuitChange[] {
  if (!line.includes('"circuit ')) return [];
  const parsed = logLine.safeParse(JSON.parse(line));
  if (!parsed.success) return [];
  const said = parsed.data;
  const { target: key, message } = said;
  const atMs = said.timestamp.getTime();
  switch (message) {
    case 'circuit opened':
      return [{ type: 'opened', key, atMs, untilMs: said.untilMs }];
    case 'circuit recovers':
      return said.stage === 0 ? [{ type: 'half_opened', key, atMs }] : [];
    case 'circuit closed':
      return [{ type: 'closed', key, atMs }];
    default:
      return said satisfies never;
  }
}

/** Sandboxes that are started, so that their first second is none of the outage's. */
async function warmUp(run: EmbeddedRun): Promise<void> {
  await ended(run, await post(run, JOBS_PER_SECOND));
}

/** Ids of jobs posted at a steady pace, whatever becomes of them. */
async function post(run: EmbeddedRun, count: number): Promise<readonly string[]> {
  const posted: Promise<string>[] = [];
  const beganAt = performance.now();
  for (let i = 0; i < count; i++) {
    posted.push(submit(run, `question ${i}`));
    await sleep(Math.max(0, beganAt + ((i + 1) * 1000) / JOBS_PER_SECOND - performance.now()));
  }
  return Promise.all(posted);
}

async function submit(run: EmbeddedRun, prompt: string): Promise<string> {
  const answer = await request(run.apiUrl, '/jobs', { method: 'POST', body: { prompt } });
  return accepted.parse(expectStatus(202, answer)).jobId;
}

function expectStatus(expected: number, { status, body }: Answer): unknown {
  if (status === expected) return body;
  throw new Error(`got ${status}, expected ${expected}: ${JSON.stringify(body)}`);
}

const accepted = z.object({ jobId: z.string() });
const view = z.object({
  jobId: z.string(),
  status: z.enum(JOB_STATUSES),
  createdAt: z.coerce.date(),
  completedAt: z.coerce.date().optional(),
  tier: z.string().optional(),
});

/** All jobs, as soon as they have ended or when patience has. */
async function ended(run: EmbeddedRun, jobIds: readonly string[]): Promise<readonly PlayedJob[]> {
  const endsAt = performance.now() + PATIENCE_SECONDS * 1000;
  const jobs: PlayedJob[] = [];
  for (const jobId of jobIds) {
    for (;;) {
      const answer = await request(run.apiUrl, `/jobs/${jobId}`);
      const { status, createdAt, completedAt, tier } = view.parse(expectStatus(200, answer));
      if (hasEnded(status) || performance.now() > endsAt) {
        const times = { createdAt: createdAt.getTime(), completedAt: completedAt?.getTime() };
        jobs.push({ jobId, status, tier, ...times });
        break;
      }
      await sleep(100);
    }
  }
  return jobs;
}
