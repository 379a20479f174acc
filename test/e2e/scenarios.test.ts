/**
 * What only the real pieces show of an outage: errors as the SDK client reads them off the wire,
 * grants, bounds as the API takes them. Kinds and numbers are in test/rig, in virtual time.
 */
import { beforeAll, expect, test } from '@jest/globals';
import type { JobView } from './api-client.ts';
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

const { cooldownSeconds, viewMaxAgeSeconds } = SETTINGS.breaker;
/** How long another sandbox may still call a target that has just opened, on a slow machine. */
const GRACE_MS = viewMaxAgeSeconds * 1000 + 200;
/** Tokens that no window of 200,000 takes, and one of a million does. */
const LONG_PROMPT = 'four'.repeat(250_000);

let assembly: Assembly;
beforeAll(async () => {
  assembly = await synthesizeForTest();
}, 60_000);

test('a prompt too long for a model is counted there, not tried; a cap is no 400', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const [job] = await done(holdfast, [{ prompt: LONG_PROMPT }]);
    const calls = holdfast.bedrock.calls();
    const [greedy] = await done(holdfast, [
      { prompt: 'hello', inferenceConfig: { maxTokens: 100_000 } },
    ]);

    expect(job).toMatchObject({ status: 'SUCCEEDED', servedBy: SECONDARY.key });
    expect(calls).toMatchObject([
      { operation: 'count-tokens', region: PRIMARY.region, inputTokens: 250_000 },
      { operation: 'converse', region: SECONDARY.region, outcome: 'answered' },
    ]);
    expect(greedy).toMatchObject({
      status: 'SUCCEEDED',
      servedBy: PRIMARY.key,
      degradedBy: ['maxTokens'],
    });
    expect(holdfast.bedrock.calls({ outcome: 'validation' })).toEqual([]);
  });
}, 60_000);

test('a daily quota shuts its target at once, and no job leaves its bounds meanwhile', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    bedrock.setFault({ ...at(PRIMARY), fault: 'throttle-day' });
    await done(holdfast, [{ prompt: 'the one that finds out' }]);
    const openMs = await circuitIs(holdfast, PRIMARY, 'OPEN');

    const [free, east, atLeastFirst, failing] = await Promise.all([
      done(holdfast, numbered(10, {})),
      done(holdfast, numbered(10, { regions: ['us-east-1'] })),
      waiting(holdfast, { minTier: 'primary' }),
      done(holdfast, [{ prompt: 'now or never', minTier: 'primary', whenOpen: 'fail' }]),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 1.5 * cooldownSeconds * 1000));

    for (const job of free) expect(job).toMatchObject({ servedBy: SECONDARY.key, degraded: true });
    for (const job of east) expect(job).toMatchObject({ servedBy: LAST_RESORT.key });
    expect(atLeastFirst).toMatchObject({ status: 'DEFERRED' });
    expect(failing).toMatchObject([{ status: 'FAILED', error: { retryAt: expect.any(String) } }]);
    const jobIds = new Set(east.map(({ jobId }) => jobId));
    const strayed = bedrock.calls(at(SECONDARY)).filter(({ jobId = '' }) => jobIds.has(jobId));
    expect(strayed).toEqual([]);
    expect(bedrock.calls({ jobId: atLeastFirst.jobId })).toEqual([]);
    expect(callsAfter(openMs + GRACE_MS, holdfast, PRIMARY)).toEqual([]);
  });
}, 60_000);

test('a queue estimate in a 503 keeps its target shut for as long as it says', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const expectedQueueDelayInMs = 3 * cooldownSeconds * 1000;
    bedrock.setFault({ ...at(PRIMARY), fault: 'unavailable', expectedQueueDelayInMs });
    const detected = await done(holdfast, numbered(SETTINGS.breaker.consecutiveFailures, {}));
    const openMs = await circuitIs(holdfast, PRIMARY, 'OPEN');
    const soonestMs = openMs + expectedQueueDelayInMs - GRACE_MS;
    const served: JobView[] = [];
    while (Date.now() < soonestMs - 1000) {
      served.push(...(await done(holdfast, numbered(5, {}))));
    }

    for (const job of [...detected, ...served]) expect(job).toMatchObject({ status: 'SUCCEEDED' });
    const early = callsAfter(openMs + GRACE_MS, holdfast, PRIMARY).filter(
      ({ startedAtMs }) => startedAtMs < soonestMs,
    );
    expect(early).toEqual([]);
    expect(served.length).toBeGreaterThan(0);
  });
}, 60_000);

test('a target without access is disabled after a few calls, and back when it has access', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const denied = bedrock.setFault({ ...at(PRIMARY), fault: 'access-denied' });
    const first = await done(holdfast, numbered(20, {}));
    await eventually('the primary to be disabled', async () => {
      const { targets } = await holdfast.health();
      const primary = targets.find(({ target }) => target === PRIMARY.key);
      return primary && 'health' in primary && primary.health === 'disabled' ? true : undefined;
    });
    const disabledAtMs = Date.now();
    const second = await done(holdfast, numbered(20, {}));
    const checks = callsAfter(disabledAtMs + GRACE_MS, holdfast, PRIMARY);
    bedrock.clearFault(denied);
    const last = await eventually('the primary to serve', async () => {
      const [job] = await done(holdfast, [{ prompt: 'back?' }]);
      return job?.servedBy === PRIMARY.key ? job : undefined;
    });

    for (const job of [...first, ...second]) {
      expect(job).toMatchObject({ status: 'SUCCEEDED', servedBy: SECONDARY.key });
    }
    // One job at a time may find out, ever more rarely.
    expect(checks.length).toBeLessThanOrEqual(2);
    expect(last.degraded).toBe(false);
  });
}, 60_000);

type JobBody = Readonly<Record<string, unknown>>;

async function submit(holdfast: Holdfast, body: JobBody): Promise<string> {
  const answer = await holdfast.request<{ jobId: string }>('/jobs', { method: 'POST', body });
  if (answer.status !== 202) throw new Error(`got ${answer.status}, expected 202`);
  return answer.body.jobId;
}

async function done(holdfast: Holdfast, bodies: readonly JobBody[]): Promise<readonly JobView[]> {
  return holdfast.ended(await sideBySide(bodies, (body) => submit(holdfast, body)));
}

async function waiting(holdfast: Holdfast, options: JobBody): Promise<JobView> {
  const jobId = await submit(holdfast, { prompt: 'no hurry', ...options });
  return holdfast.reached(jobId, 'DEFERRED');
}

function numbered(count: number, options: JobBody): readonly JobBody[] {
  return Array.from({ length: count }, (_, i) => ({ prompt: `question ${i}`, ...options }));
}

/** When health first shows the circuit in this state. */
function circuitIs(holdfast: Holdfast, { key }: ChainTarget, state: string): Promise<number> {
  return eventually(`${key} ${state}`, async () => {
    const { targets } = await holdfast.health();
    const seen = targets.some(({ target, circuit }) => target === key && circuit === state);
    return seen ? Date.now() : undefined;
  });
}

function callsAfter(timeMs: number, { bedrock }: Holdfast, target: ChainTarget) {
  return bedrock.calls(at(target)).filter(({ startedAtMs }) => startedAtMs > timeMs);
}

function at({ region, model }: ChainTarget) {
  return { region, model };
}
