/**
 * Special outages on the whole stack. They test what a simulation cannot: errors as the SDK client
 * parses them, grants, and a job's bounds as the API reads them. test/rig covers more outages with
 * exact numbers, in virtual time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { CallFilter } from '../../local/bedrock/call-log.ts';
import type { JobView } from '../support/api-client.ts';
import { eventually } from '../support/eventually.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { PRIMARY, SECONDARY, SETTINGS } from './chain.ts';
import { type Holdfast, withHoldfast } from './holdfast.ts';

const { cooldownSeconds, viewMaxAgeSeconds } = SETTINGS.breaker;
/** The time in which other sandboxes may still call a target whose circuit has just opened. */
const GRACE_MS = viewMaxAgeSeconds * 1000 + 200;
/** 250,000 tokens: too long for a context window of 200,000, short enough for one of a million. */
const LONG_PROMPT = 'four'.repeat(250_000);

const assembly = synthesizeBeforeAll();

test('a prompt too long for one model is counted there and served by the next; a maxTokens beyond the limit is capped', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const [job] = await ended(holdfast, [{ prompt: LONG_PROMPT }]);
    const calls = holdfast.bedrock.calls();
    const [capped] = await ended(holdfast, [
      { prompt: 'hello', inferenceConfig: { maxTokens: 100_000 } },
    ]);

    expect(job).toMatchObject({ status: 'SUCCEEDED', servedBy: SECONDARY.key });
    expect(calls).toMatchObject([
      { operation: 'count-tokens', region: PRIMARY.at.region, inputTokens: 250_000 },
      { operation: 'converse-stream', region: SECONDARY.at.region, outcome: 'answered' },
    ]);
    expect(capped).toMatchObject({
      status: 'SUCCEEDED',
      servedBy: PRIMARY.key,
      degradedBy: ['maxTokens'],
    });
    expect(holdfast.bedrock.calls({ outcome: 'validation' })).toEqual([]);
  });
}, 60_000);

test('a used-up daily quota stops all models of its region at once, and jobs stay within their bounds', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const { region } = PRIMARY.at;
    bedrock.setFault({ ...PRIMARY.at, fault: 'throttle-day' });
    await ended(holdfast, [{ prompt: 'the first to be throttled' }]);
    const openMs = await eventually('the region to stop', async () => {
      const { targets } = await holdfast.health();
      const stopped = targets.filter(({ cause }) => cause === 'quota-day');
      return stopped.length === 2 ? Date.now() : undefined;
    });

    const [free, east, atLeastFirst, failing] = await Promise.all([
      ended(holdfast, numbered(10)),
      deferred(holdfast, { regions: [region] }),
      deferred(holdfast, { minTier: 'primary' }),
      ended(holdfast, [{ prompt: 'now or never', minTier: 'primary', whenOpen: 'fail' }]),
    ]);
    await sleep(1.5 * cooldownSeconds * 1000);

    for (const job of free) expect(job).toMatchObject({ servedBy: SECONDARY.key, degraded: true });
    expect(failing).toMatchObject([{ status: 'FAILED', error: { retryAt: expect.any(String) } }]);
    for (const { jobId } of [east, atLeastFirst]) expect(bedrock.calls({ jobId })).toEqual([]);
    expect(callsAfter(openMs + GRACE_MS, holdfast, { region })).toEqual([]);
  });
}, 60_000);

test('a queue estimate in a 503 keeps the circuit open for the estimated time', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const expectedQueueDelayInMs = 3 * cooldownSeconds * 1000;
    bedrock.setFault({ ...PRIMARY.at, fault: 'unavailable', expectedQueueDelayInMs });
    const { consecutiveFailures } = SETTINGS.breaker;
    const detected = await ended(holdfast, numbered(consecutiveFailures));
    const openMs = await holdfast.circuitReached(PRIMARY, 'OPEN');
    // The circuit opened after this many calls had failed, and health may show it later.
    const failed = bedrock.calls({ ...PRIMARY.at, outcome: 'unavailable' });
    const ends = failed.map(({ startedAtMs, ms = 0 }) => startedAtMs + ms).sort((a, b) => a - b);
    const soonestMs = (ends[consecutiveFailures - 1] ?? Infinity) + expectedQueueDelayInMs;
    const served: JobView[] = [];
    do served.push(...(await ended(holdfast, numbered(5))));
    while (Date.now() < soonestMs - 1000);

    for (const job of [...detected, ...served]) expect(job).toMatchObject({ status: 'SUCCEEDED' });
    const early = callsAfter(openMs + GRACE_MS, holdfast, PRIMARY.at).filter(
      ({ startedAtMs }) => startedAtMs < soonestMs,
    );
    expect(early).toEqual([]);
  });
}, 60_000);

test('a target without access is disabled, hardly called, and serves again once it has access', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const denied = bedrock.setFault({ ...PRIMARY.at, fault: 'access-denied' });
    const first = await ended(holdfast, numbered(20));
    await eventually('the primary to be disabled', async () => {
      const { targets } = await holdfast.health();
      const primary = targets.find(({ target }) => target === PRIMARY.key);
      return primary?.health === 'disabled' || undefined;
    });
    const disabledAtMs = Date.now();
    const second = await ended(holdfast, numbered(20));
    const checks = callsAfter(disabledAtMs + GRACE_MS, holdfast, PRIMARY.at);
    bedrock.clearFault(denied);
    const last = await eventually('the primary to serve', async () => {
      const [job] = await ended(holdfast, [{ prompt: 'back?' }]);
      return job?.servedBy === PRIMARY.key ? job : undefined;
    });

    for (const job of [...first, ...second]) {
      expect(job).toMatchObject({ status: 'SUCCEEDED', servedBy: SECONDARY.key });
    }
    // One job at a time may check the target, at growing intervals.
    expect(checks.length).toBeLessThanOrEqual(2);
    expect(last.degraded).toBe(false);
  });
}, 60_000);

interface JobBody {
  readonly prompt: string;
  readonly [option: string]: unknown;
}

/** Posts the jobs and waits until all have ended. */
async function ended(holdfast: Holdfast, bodies: readonly JobBody[]): Promise<readonly JobView[]> {
  const jobIds = await sideBySide(bodies, ({ prompt, ...options }) =>
    holdfast.submit(prompt, options),
  );
  return holdfast.ended(jobIds);
}

/** Posts a job and waits until it is deferred. */
async function deferred(holdfast: Holdfast, options: object): Promise<JobView> {
  return holdfast.reached(await holdfast.submit('no hurry', { ...options }), 'DEFERRED');
}

function numbered(count: number, options: object = {}): readonly JobBody[] {
  return Array.from({ length: count }, (_, i) => ({ prompt: `question ${i}`, ...options }));
}

function callsAfter(timeMs: number, { bedrock }: Holdfast, filter: CallFilter) {
  return bedrock.calls(filter).filter(({ startedAtMs }) => startedAtMs > timeMs);
}
