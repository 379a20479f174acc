import { expect, test } from '@jest/globals';
import type { CallRecord } from '../../local/bedrock/call-log.ts';
import { eventually } from '../support/eventually.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { type ChainTarget, LAST_RESORT, PRIMARY, SECONDARY, SETTINGS } from './chain.ts';
import { withHoldfast } from './holdfast.ts';
import { startTraffic } from './traffic.ts';

const JOBS_PER_SECOND = 6;
const WARM_UP_JOBS = 5;
const { cooldownSeconds, consecutiveFailures, excessFailures, recoveryStages } = SETTINGS.breaker;
/** The least pause between probes: half a cooldown, which allows for jitter and slow machines. */
const PROBE_PAUSE_MS = cooldownSeconds * 1000 * 0.5;

const assembly = synthesizeBeforeAll();

test('a throttled primary gets only probes, jobs succeed on other tiers, and it recovers in stages', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    // Without a warm-up, jobs pile up while the functions start. They would all fail at once, before
    // any rule can count.
    const first = Array.from({ length: WARM_UP_JOBS }, (_, i) => `first question ${i}`);
    await holdfast.ended(await sideBySide(first, (prompt) => holdfast.submit(prompt)));
    const traffic = startTraffic(holdfast, JOBS_PER_SECOND);
    const answered = () => bedrock.calls({ ...PRIMARY.at, outcome: 'answered' });
    await eventually('healthy traffic', () => answered().length >= 10 + WARM_UP_JOBS || undefined);
    const throttle = bedrock.setFault({ ...PRIMARY.at, fault: 'throttle-minute' });
    const openMs = await holdfast.circuitReached(PRIMARY, 'OPEN');
    const throttled = () => bedrock.calls({ ...PRIMARY.at, outcome: 'throttle-minute' });
    await eventually('two probes', () => since(openMs, throttled()).length >= 2 || undefined);
    bedrock.clearFault(throttle);
    const healedMs = Date.now();
    const closedMs = await holdfast.circuitReached(PRIMARY, 'CLOSED');
    await eventually('full traffic', () => since(closedMs, answered()).length >= 10 || undefined);
    const jobs = await holdfast.ended(await traffic.stop());

    // The trip rule needs this many failures, and calls go on until all workers see the open circuit.
    const detection = throttled().length - since(openMs, throttled()).length;
    expect(detection).toBeGreaterThanOrEqual(consecutiveFailures);
    expect(detection).toBeLessThanOrEqual(excessFailures + JOBS_PER_SECOND);
    expectProbesOnly(since(openMs, throttled()));
    expectStages(since(healedMs, bedrock.calls(PRIMARY.at)));

    for (const job of jobs) {
      expect(job.status).toBe('SUCCEEDED');
      expect(bedrock.calls({ jobId: job.jobId, outcome: 'answered' })).toHaveLength(1);
      expect(job.degraded).toBe(job.servedBy !== PRIMARY.key);
    }
    expect(jobs.filter(({ tier }) => tier === 'secondary').length).toBeGreaterThan(JOBS_PER_SECOND);
    expect(jobs.at(-1)?.servedBy).toBe(PRIMARY.key);
  });
}, 90_000);

test('a failure during the recovery opens the circuit again at once', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const traffic = startTraffic(holdfast, JOBS_PER_SECOND);
    const outage = bedrock.setFault({ ...PRIMARY.at, fault: 'unavailable' });
    await holdfast.circuitReached(PRIMARY, 'OPEN');
    bedrock.clearFault(outage);
    const recovered = () => bedrock.calls({ ...PRIMARY.at, outcome: 'answered' });
    await eventually('the probe', () => recovered().length >= 1 || undefined);
    const relapse = bedrock.setFault({ ...PRIMARY.at, fault: 'internal-error' });
    const relapsed = () => bedrock.calls({ ...PRIMARY.at, outcome: 'internal-error' });
    const openMs = await eventually('the failure of a recovery call', () => endMs(relapsed()[0]));
    await eventually('a probe', () => since(openMs + PROBE_PAUSE_MS, relapsed())[0]);
    const permits = stageAfter(recovered().length);
    bedrock.clearFault(relapse);
    await holdfast.circuitReached(PRIMARY, 'CLOSED');
    const jobs = await holdfast.ended(await traffic.stop());

    // Only the calls of the current stage fail: they got their permits before the first failure.
    const probes = since(openMs + PROBE_PAUSE_MS, relapsed());
    expect(relapsed().length - probes.length).toBeLessThanOrEqual(permits);
    expectProbesOnly(probes);
    expect(jobs.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
  });
}, 90_000);

test('while the whole chain is down, jobs are deferred without using up claims, and all succeed afterwards', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const chain = [PRIMARY, SECONDARY, LAST_RESORT];
    const outage = bedrock.setFault({ fault: 'unavailable' });
    const prompts = Array.from({ length: 40 }, (_, i) => `question ${i}`);
    const jobIds = await sideBySide(prompts, (prompt) => holdfast.submit(prompt));
    const waiting = await sideBySide(jobIds, (jobId) => holdfast.reached(jobId, 'DEFERRED'));
    const open = await Promise.all(chain.map((target) => holdfast.circuitReached(target, 'OPEN')));
    const probes = (target: ChainTarget) =>
      since(Math.max(...open), bedrock.calls({ ...target.at, outcome: 'unavailable' }));
    // More deferrals than a job has claims: if deferrals used up claims, it would be dead-lettered.
    const deferrals = SETTINGS.jobs.maxAttempts + 1;
    await eventually(
      'the probes',
      () => chain.every((target) => probes(target).length >= deferrals) || undefined,
    );
    await eventually('health to be unhealthy', async () => {
      const { status } = await holdfast.health();
      return status === 'unhealthy' || undefined;
    });
    bedrock.clearFault(outage);
    const jobs = await holdfast.ended(jobIds);

    expect(waiting.filter(({ nextAttemptAt }) => !(Date.parse(nextAttemptAt ?? '') > 0))).toEqual(
      [],
    );
    for (const target of chain) expectProbesOnly(probes(target));
    expect(jobs.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
    expect(await holdfast.deadLetters()).toEqual([]);
    for (const jobId of jobIds) {
      expect(bedrock.calls({ jobId, outcome: 'answered' })).toHaveLength(1);
    }
  });
}, 90_000);

function since(timeMs: number, calls: readonly CallRecord[]): readonly CallRecord[] {
  return calls.filter(({ startedAtMs }) => startedAtMs > timeMs);
}

function endMs(call: CallRecord | undefined): number | undefined {
  return call?.ms === undefined ? undefined : call.startedAtMs + call.ms;
}

/** Expects at most one call in each cooldown. */
function expectProbesOnly(calls: readonly CallRecord[]): void {
  const pauses = calls.slice(1).map((call, i) => call.startedAtMs - (calls[i]?.startedAtMs ?? 0));
  expect(pauses.filter((pauseMs) => pauseMs < PROBE_PAUSE_MS)).toEqual([]);
}

/** Returns the number of permits of the stage that a recovery reaches with this many successes. */
function stageAfter(successes: number): number {
  let done = 0;
  for (const permits of recoveryStages) {
    done += permits;
    if (done > successes) return permits;
  }
  throw new Error('the circuit closed before the recovery failed');
}

/** Expects each stage to begin only after the last call of the previous stage was answered. */
function expectStages(calls: readonly CallRecord[]): void {
  let done = 0;
  for (const permits of recoveryStages) {
    const stage = calls.slice(done, done + permits);
    expect(stage.map(({ outcome }) => outcome)).toEqual(Array(permits).fill('answered'));
    done += permits;
    const stageEndMs = Math.max(...stage.map((call) => endMs(call) ?? Infinity));
    expect(calls[done]?.startedAtMs).toBeGreaterThanOrEqual(stageEndMs);
  }
}
