import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CallRecord } from '../../local/bedrock/call-log.ts';
import { eventually } from './eventually.ts';
import {
  type Assembly,
  type ChainTarget,
  type Holdfast,
  LAST_RESORT,
  PRIMARY,
  SECONDARY,
  SETTINGS,
  synthesizeForTest,
  withHoldfast,
} from './holdfast.ts';
import { flow, startTraffic } from './traffic.ts';

const JOBS_PER_SECOND = 20;
/** Far longer than any pause between calls at that rate, well below the cooldown. */
const LULL_MS = (SETTINGS.breaker.cooldownSeconds * 1000) / 2;

let assembly: Assembly;
beforeAll(async () => {
  assembly = await synthesizeForTest();
}, 60_000);
afterAll(() => assembly.dispose());

test('a throttled primary is left alone, jobs go on degraded, and it comes back by stages', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const traffic = startTraffic(holdfast, JOBS_PER_SECOND);
    await flow(1);
    const throttle = holdfast.bedrock.setFault({ ...PRIMARY, fault: 'throttle-minute' });
    await circuitIs(holdfast, PRIMARY, 'OPEN');
    await eventually('two probes', () => lulls(throttled(holdfast)) >= 2 || undefined);
    const healedAtMs = Date.now();
    holdfast.bedrock.clearFault(throttle);
    await circuitIs(holdfast, PRIMARY, 'CLOSED');
    await flow(1);
    const jobs = await holdfast.ended(await traffic.stop());

    // The outage: found by the rule, then one probe a cooldown.
    const [detection = [], ...probes] = bursts(throttled(holdfast));
    const { consecutiveFailures, excessFailures } = SETTINGS.breaker;
    expect(detection.length).toBeGreaterThanOrEqual(consecutiveFailures);
    expect(detection.length).toBeLessThanOrEqual(2 * excessFailures);
    expect(probes.map((burst) => burst.length)).toEqual(probes.map(() => 1));

    // The recovery: no call of a stage before all of the stage before it have succeeded.
    const recovery = holdfast
      .callsTo(PRIMARY)
      .filter(({ startedAtMs }) => startedAtMs > healedAtMs);
    expect(recovery.length).toBeGreaterThan(16);
    expectStages(recovery);

    // The jobs: none lost, none called twice for an answer, each says what served it.
    for (const job of jobs) {
      expect(job.status).toBe('SUCCEEDED');
      expect(holdfast.bedrock.calls({ jobId: job.jobId, outcome: 'answered' })).toHaveLength(1);
      expect(job.degraded).toBe(job.servedBy !== PRIMARY.key);
    }
    expect(jobs.filter(({ tier }) => tier === 'secondary').length).toBeGreaterThan(20);
    expect(jobs.at(-1)?.servedBy).toBe(PRIMARY.key);
  });
}, 90_000);

test('a fault during the recovery opens the circuit again at once', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const traffic = startTraffic(holdfast, JOBS_PER_SECOND);
    const first = holdfast.bedrock.setFault({ ...PRIMARY, fault: 'unavailable' });
    await circuitIs(holdfast, PRIMARY, 'OPEN');
    holdfast.bedrock.clearFault(first);
    // The probe has succeeded, so the circuit is in its second stage of five permits.
    await eventually('the probe', () => answered(holdfast, PRIMARY) >= 1 || undefined);
    const relapse = holdfast.bedrock.setFault({ ...PRIMARY, fault: 'internal-error' });
    await eventually('a relapse', () => failing(holdfast).length > 0 || undefined);
    await eventually('the next probe', () => lulls(failing(holdfast)) >= 1 || undefined);
    holdfast.bedrock.clearFault(relapse);
    await circuitIs(holdfast, PRIMARY, 'CLOSED');
    const jobs = await holdfast.ended(await traffic.stop());

    const [atOnce = [], ...probes] = bursts(failing(holdfast));
    expect(atOnce.length).toBeLessThanOrEqual(5);
    expect(probes.map((burst) => burst.length)).toEqual(probes.map(() => 1));
    expect(new Set(jobs.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']));
  });
}, 90_000);

test('when the whole chain is down jobs wait, cost nothing and all succeed afterwards', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const outage = holdfast.bedrock.setFault({ fault: 'unavailable' });
    const jobIds = await Promise.all(
      Array.from({ length: 30 }, (_, i) => holdfast.submit(`patient question ${i}`)),
    );
    const waiting = await Promise.all(jobIds.map((id) => holdfast.reached(id, 'DEFERRED')));
    await eventually('three probes', () => lulls(failed(holdfast, PRIMARY)) >= 3 || undefined);
    const health = await healthOf(holdfast);
    holdfast.bedrock.clearFault(outage);
    const jobs = await holdfast.ended(jobIds);

    expect(waiting.every(({ nextAttemptAt }) => Date.parse(nextAttemptAt ?? '') > 0)).toBe(true);
    expect(health.status).toBe('unhealthy');
    expect(new Set(jobs.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']));
    expect(await holdfast.deadLetters()).toEqual([]);
    for (const target of [PRIMARY, SECONDARY, LAST_RESORT]) {
      const [, ...probes] = bursts(failed(holdfast, target));
      expect(probes.map((burst) => burst.length)).toEqual(probes.map(() => 1));
    }
    for (const jobId of jobIds) {
      expect(holdfast.bedrock.calls({ jobId, outcome: 'answered' })).toHaveLength(1);
    }
  });
}, 90_000);

interface Health {
  readonly status: string;
  readonly targets: readonly { readonly target: string; readonly circuit: string }[];
}

async function healthOf(holdfast: Holdfast): Promise<Health> {
  return (await holdfast.request<Health>('/health')).body;
}

async function circuitIs(holdfast: Holdfast, { key }: ChainTarget, state: string): Promise<void> {
  await eventually(`${key} ${state}`, async () => {
    const { targets } = await healthOf(holdfast);
    return targets.some(({ target, circuit }) => target === key && circuit === state) || undefined;
  });
}

function answered({ callsTo }: Holdfast, target: ChainTarget): number {
  return callsTo(target).filter(({ outcome }) => outcome === 'answered').length;
}

function failed({ callsTo }: Holdfast, target: ChainTarget): readonly CallRecord[] {
  return callsTo(target).filter(({ outcome }) => outcome === 'unavailable');
}

function throttled({ callsTo }: Holdfast): readonly CallRecord[] {
  return callsTo(PRIMARY).filter(({ outcome }) => outcome === 'throttle-minute');
}

function failing({ callsTo }: Holdfast): readonly CallRecord[] {
  return callsTo(PRIMARY).filter(({ outcome }) => outcome === 'internal-error');
}

/** The calls in the groups that a pause of a cooldown parts. */
function bursts(calls: readonly CallRecord[]): readonly (readonly CallRecord[])[] {
  const groups: CallRecord[][] = [];
  for (const [i, call] of calls.entries()) {
    const before = calls[i - 1];
    if (!before || call.startedAtMs - before.startedAtMs > LULL_MS) groups.push([]);
    groups.at(-1)?.push(call);
  }
  return groups;
}

function lulls(calls: readonly CallRecord[]): number {
  return Math.max(0, bursts(calls).length - 1);
}

/** Stages of 1, 5 and 10: each begins after the last call of the one before has been answered. */
function expectStages(calls: readonly CallRecord[]): void {
  let done = 0;
  for (const permits of SETTINGS.breaker.recoveryStages) {
    const stage = calls.slice(done, done + permits);
    const next = calls[done + permits];
    const stageEndMs = Math.max(...stage.map(({ startedAtMs, ms = 0 }) => startedAtMs + ms));
    expect(stage.map(({ outcome }) => outcome)).toEqual(stage.map(() => 'answered'));
    expect(next?.startedAtMs).toBeGreaterThanOrEqual(stageEndMs);
    done += permits;
  }
}
