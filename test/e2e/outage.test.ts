import { beforeAll, expect, test } from '@jest/globals';
import type { CallRecord } from '../../local/bedrock/call-log.ts';
import { type Assembly, synthesizeForTest } from './assembly.ts';
import { eventually } from './eventually.ts';
import {
  type ChainTarget,
  type Holdfast,
  LAST_RESORT,
  PRIMARY,
  SECONDARY,
  SETTINGS,
  withHoldfast,
} from './holdfast.ts';
import { sideBySide } from './side-by-side.ts';
import { startTraffic } from './traffic.ts';

const JOBS_PER_SECOND = 10;
const WARM_UP = 5;
const { cooldownSeconds, consecutiveFailures, excessFailures, recoveryStages } = SETTINGS.breaker;
/** Two probes lie further apart than this: a cooldown less its jitter, and some for slow machines. */
const PROBE_PAUSE_MS = cooldownSeconds * 1000 * 0.5;

let assembly: Assembly;
beforeAll(async () => {
  assembly = await synthesizeForTest();
}, 60_000);

test('a throttled primary is left alone, jobs go on degraded, and it comes back by stages', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    // What piles up while the functions start would fail all at once, before any rule can count.
    const first = Array.from({ length: WARM_UP }, (_, i) => `first question ${i}`);
    await holdfast.ended(await sideBySide(first, holdfast.submit));
    const traffic = startTraffic(holdfast, JOBS_PER_SECOND);
    const answered = () => bedrock.calls({ ...at(PRIMARY), outcome: 'answered' });
    await eventually('healthy traffic', () => answered().length >= 10 + WARM_UP || undefined);
    const throttle = bedrock.setFault({ ...at(PRIMARY), fault: 'throttle-minute' });
    const openMs = await circuitIs(holdfast, PRIMARY, 'OPEN');
    const throttled = () => bedrock.calls({ ...at(PRIMARY), outcome: 'throttle-minute' });
    await eventually('two probes', () => since(openMs, throttled()).length >= 2 || undefined);
    bedrock.clearFault(throttle);
    const healedMs = Date.now();
    const closedMs = await circuitIs(holdfast, PRIMARY, 'CLOSED');
    await eventually('full traffic', () => since(closedMs, answered()).length >= 10 || undefined);
    const jobs = await holdfast.ended(await traffic.stop());

    // The rule needs its count, and what comes in until all workers have heard of it.
    const detection = throttled().length - since(openMs, throttled()).length;
    expect(detection).toBeGreaterThanOrEqual(consecutiveFailures);
    expect(detection).toBeLessThanOrEqual(excessFailures + JOBS_PER_SECOND);
    expectProbesOnly(since(openMs, throttled()));
    expectStages(since(healedMs, bedrock.calls(at(PRIMARY))));

    for (const job of jobs) {
      expect(job.status).toBe('SUCCEEDED');
      expect(bedrock.calls({ jobId: job.jobId, outcome: 'answered' })).toHaveLength(1);
      expect(job.degraded).toBe(job.servedBy !== PRIMARY.key);
    }
    expect(jobs.filter(({ tier }) => tier === 'secondary').length).toBeGreaterThan(JOBS_PER_SECOND);
    expect(jobs.at(-1)?.servedBy).toBe(PRIMARY.key);
  });
}, 90_000);

test('a fault during the recovery opens the circuit again at once', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const traffic = startTraffic(holdfast, JOBS_PER_SECOND);
    const outage = bedrock.setFault({ ...at(PRIMARY), fault: 'unavailable' });
    await circuitIs(holdfast, PRIMARY, 'OPEN');
    bedrock.clearFault(outage);
    const recovered = () => bedrock.calls({ ...at(PRIMARY), outcome: 'answered' });
    await eventually('the probe', () => recovered().length >= 1 || undefined);
    const relapse = bedrock.setFault({ ...at(PRIMARY), fault: 'internal-error' });
    const relapsed = () => bedrock.calls({ ...at(PRIMARY), outcome: 'internal-error' });
    const openMs = await eventually('the relapse', () => endMs(relapsed()[0]));
    await eventually('a probe', () => since(openMs + PROBE_PAUSE_MS, relapsed())[0]);
    const permits = stageAfter(recovered().length);
    bedrock.clearFault(relapse);
    await circuitIs(holdfast, PRIMARY, 'CLOSED');
    const jobs = await holdfast.ended(await traffic.stop());

    // No call but those that held a permit of the stage before the first failure was known.
    const probes = since(openMs + PROBE_PAUSE_MS, relapsed());
    expect(relapsed().length - probes.length).toBeLessThanOrEqual(permits);
    expectProbesOnly(probes);
    expect(jobs.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
  });
}, 90_000);

test('when the whole chain is down jobs wait, spend nothing and all succeed afterwards', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const chain = [PRIMARY, SECONDARY, LAST_RESORT];
    const outage = bedrock.setFault({ fault: 'unavailable' });
    const prompts = Array.from({ length: 40 }, (_, i) => `question ${i}`);
    const jobIds = await sideBySide(prompts, holdfast.submit);
    const waiting = await sideBySide(jobIds, (jobId) => holdfast.reached(jobId, 'DEFERRED'));
    const open = await Promise.all(chain.map((target) => circuitIs(holdfast, target, 'OPEN')));
    const probes = (target: ChainTarget) =>
      since(Math.max(...open), bedrock.calls({ ...at(target), outcome: 'unavailable' }));
    // More waits than a job has claims: whoever paid for them would be dead-lettered.
    const waits = SETTINGS.jobs.maxAttempts + 1;
    await eventually(
      'the probes',
      () => chain.every((t) => probes(t).length >= waits) || undefined,
    );
    await eventually('health to say so', async () => {
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

/** Waits until health shows the circuit in this state, and says when that was. */
function circuitIs(holdfast: Holdfast, { key }: ChainTarget, state: string): Promise<number> {
  return eventually(`${key} ${state}`, async () => {
    const { targets } = await holdfast.health();
    const seen = targets.some(({ target, circuit }) => target === key && circuit === state);
    return seen ? Date.now() : undefined;
  });
}

function at({ region, model }: ChainTarget) {
  return { region, model };
}

function since(timeMs: number, calls: readonly CallRecord[]): readonly CallRecord[] {
  return calls.filter(({ startedAtMs }) => startedAtMs > timeMs);
}

function endMs(call: CallRecord | undefined): number | undefined {
  return call?.ms === undefined ? undefined : call.startedAtMs + call.ms;
}

/** One call a cooldown. */
function expectProbesOnly(calls: readonly CallRecord[]): void {
  const pauses = calls.slice(1).map((call, i) => call.startedAtMs - (calls[i]?.startedAtMs ?? 0));
  expect(pauses.filter((pauseMs) => pauseMs < PROBE_PAUSE_MS)).toEqual([]);
}

/** How many permits the stage has that follows so many successes. */
function stageAfter(successes: number): number {
  let done = 0;
  for (const permits of recoveryStages) {
    done += permits;
    if (done > successes) return permits;
  }
  throw new Error('the circuit closed before the relapse');
}

/** Each stage begins only after the last call of the one before has been answered. */
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
