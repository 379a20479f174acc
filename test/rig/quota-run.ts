import { setTimeout as sleep } from 'node:timers/promises';
import { SPEEDS } from '../../local/bedrock/speeds.ts';
import { startEmbeddedRun } from '../../local/embedded-run.ts';
import { ApiClient } from '../support/api-client.ts';
import type { CircuitChange } from './outage-run.ts';
import type { QuotaRun } from './quota-figures.ts';
import { promptOf, type QuotaLoad, quotaSettings, ruleOf } from './quota-loads.ts';
import { changesIn, ended, post, synthesizeApp } from './run-live.ts';
import { Simulation } from './simulation.ts';

export interface QuotaRunOptions {
  readonly seed: number;
  /** The duration of the traffic. */
  readonly seconds: number;
  /** False: the settings name no quota, so only the breaker learns of it. */
  readonly isKnown: boolean;
}

/** The longest time that the last jobs may take. */
const DRAIN_SECONDS = 900;

/** Runs the traffic in virtual time on the shipped settings, with realistic answers. */
export async function simulateQuota(load: QuotaLoad, options: QuotaRunOptions): Promise<QuotaRun> {
  const { seconds, seed, isKnown } = options;
  const settings = quotaSettings(load, isKnown);
  const simulation = new Simulation({ settings, seed, speed: SPEEDS.realistic, pollers: 20 });
  simulation.bedrock.faults.set(ruleOf(load));
  const posted = simulation.post({
    count: Math.round(seconds * load.jobsPerSecond),
    perSecond: load.jobsPerSecond,
    prompt: (n) => promptOf(load, n),
  });
  await simulation.run(seconds + DRAIN_SECONDS);
  await posted;
  const { jobs, changes, startMs, bedrock } = simulation;
  return { settings, load, startMs, seconds, jobs, changes, calls: bedrock.log.calls() };
}

/** Runs the traffic in real time on an embedded run of its own, over its API. */
export async function runQuotaLive(load: QuotaLoad, options: QuotaRunOptions): Promise<QuotaRun> {
  const { seconds, seed, isKnown } = options;
  const settings = quotaSettings(load, isKnown);
  const app = await synthesizeApp(settings);
  const changes: CircuitChange[] = [];
  const { assemblyDir } = app;
  const onLog = (_name: string, line: string) => changes.push(...changesIn(line));
  const run = await startEmbeddedRun({ assemblyDir, port: 0, seed, ...SPEEDS.realistic, onLog });
  try {
    const { bedrock } = run;
    if (!bedrock) throw new Error('the rig needs the fake Bedrock');
    bedrock.setFault(ruleOf(load));
    const api = new ApiClient(run.apiUrl);
    const startMs = Date.now();
    const count = Math.round(seconds * load.jobsPerSecond);
    const ids = await post(api, count, load.jobsPerSecond, (n) => promptOf(load, n));
    await sleep(1000);
    const jobs = await ended(api, ids, DRAIN_SECONDS);
    return { settings, load, startMs, seconds, jobs, changes, calls: bedrock.calls() };
  } finally {
    await run.stop();
    await app.dispose();
  }
}
