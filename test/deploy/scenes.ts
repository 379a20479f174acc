import assert from 'node:assert/strict';
import { targetKey } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import type { FakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import type { Health } from '../e2e/api-client.ts';
import type { DeployedHoldfast } from './deployed-holdfast.ts';
import { lookAgain } from './look-again.ts';
import input from './settings.ts';

export interface Stage {
  readonly holdfast: DeployedHoldfast;
  readonly bedrock: FakeBedrock;
}

type Scene = (stage: Stage, signal: AbortSignal) => Promise<void>;

const SETTINGS = parseSettings(input, 'settings.ts');
const [PRIMARY, SECONDARY] = SETTINGS.tiers.flatMap(({ targets }) =>
  targets.map((target) => ({
    key: targetKey(target),
    at: { region: target.region, model: target.modelId },
  })),
);

/** Served by the primary: the row, the prompt and the answer are where their readers look. */
async function served({ holdfast }: Stage, signal: AbortSignal): Promise<void> {
  const jobId = await holdfast.submit('Why do ships have anchors?');
  const job = await holdfast.reached(signal, jobId, 'SUCCEEDED');
  assert.equal(job.servedBy, PRIMARY?.key);
  assert.equal(job.degraded, false);
  assert.match(job.result?.text ?? '', /Why do ships have anchors\?/);
}

async function refused({ holdfast }: Stage): Promise<void> {
  for (const apiKey of [undefined, 'no-such-key']) {
    assert.equal((await holdfast.request('/health', { apiKey })).status, 403);
  }
  assert.equal((await holdfast.request('/jobs', { method: 'POST', body: '{' })).status, 400);
}

async function limited({ holdfast }: Stage): Promise<void> {
  const apiKey = await holdfast.addKey(1, 2);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => holdfast.request('/health', { apiKey })),
  );
  const statuses = answers.map(({ status }) => status);
  assert.ok(statuses.includes(200) && statuses.includes(429), `got ${statuses}`);
}

/** Throttled, the primary is left alone after some calls, and the secondary serves. */
async function fallenBack({ holdfast, bedrock }: Stage, signal: AbortSignal): Promise<void> {
  bedrock.setFault({ ...PRIMARY?.at, fault: 'throttle-minute' });
  const jobIds: string[] = [];
  await lookAgain('the primary’s circuit to open', signal, async () => {
    jobIds.push(await holdfast.submit('Count to ten'));
    return (await circuit(holdfast)) === 'OPEN' || undefined;
  });
  for (const jobId of jobIds) {
    const job = await holdfast.reached(signal, jobId, 'SUCCEEDED');
    assert.equal(job.servedBy, SECONDARY?.key);
    assert.equal(job.degraded, true);
  }
  const throttled = bedrock.calls({ ...PRIMARY?.at, outcome: 'throttle-minute' });
  assert.ok(throttled.length >= SETTINGS.breaker.consecutiveFailures, `got ${throttled.length}`);
}

/** With every target down a job waits, and spends no claim of its one. */
async function deferred({ holdfast, bedrock }: Stage, signal: AbortSignal): Promise<void> {
  bedrock.setFault({ fault: 'unavailable' });
  const jobId = await holdfast.submit('Still there?');
  const waiting = await holdfast.reached(signal, jobId, 'DEFERRED');
  assert.ok(waiting.nextAttemptAt);
  bedrock.clearFaults();
  const job = await holdfast.reached(signal, jobId, 'SUCCEEDED');
  assert.equal(bedrock.calls({ jobId, outcome: 'answered' }).length, 1);
  assert.ok(job.attempts.length > 1, `got ${job.attempts.length} attempts`);
}

async function recovered({ holdfast }: Stage, signal: AbortSignal): Promise<void> {
  await lookAgain('the primary’s circuit to close', signal, async () => {
    const jobId = await holdfast.submit('Count to ten');
    await holdfast.reached(signal, jobId, 'SUCCEEDED');
    return (await circuit(holdfast)) === 'CLOSED' || undefined;
  });
}

async function parked({ holdfast }: Stage, signal: AbortSignal): Promise<void> {
  await holdfast.sendMessage('not JSON');
  assert.equal(await holdfast.deadLetter(signal, 'not-json'), 'not JSON');
}

/** As far as the emulator checks: it knows who has a key, and does not compare signatures. */
async function unsigned({ holdfast }: Stage): Promise<void> {
  const redrive = '/admin/redrive';
  const none = await holdfast.request(redrive, { method: 'POST', body: {}, apiKey: undefined });
  const stranger = await holdfast.asOperator('POST', redrive, {}, 'AKIAUNKNOWNUNKNOWN00');
  // Who does not sign is not told that there is such a route.
  assert.deepEqual([none.status, stranger.status], [404, 403]);
}

/** What callers and operators do with a whole stack: what happens, within so many seconds. */
export const WHOLE: readonly (readonly [name: string, limitSeconds: number, scene: Scene])[] = [
  ['a job is served by the primary', 40, served],
  ['without a key 403, with a broken body 400', 20, refused],
  ['beyond the usage plan 429', 20, limited],
  ['operators’ routes: unsigned 404, signed by a stranger 403', 20, unsigned],
  ['throttled, the circuit opens and the secondary serves', 60, fallenBack],
  ['all down, a job waits, and succeeds once healed', 60, deferred],
  ['the circuit closes again by stages', 60, recovered],
  ['a message that nobody can read is parked', 30, parked],
];

/**
 * A worker that may not read prompts breaks off its run; the scheduled sweeper frees the job, and as
 * its claims are used up the worker dead-letters it.
 */
export async function deadLettered(
  { holdfast, bedrock }: Stage,
  signal: AbortSignal,
): Promise<string> {
  const jobId = await holdfast.submit('A prompt that may not be read');
  const job = await holdfast.reached(signal, jobId, 'DEAD_LETTERED');
  assert.equal(job.error?.type, 'urn:holdfast:problem:claims-exhausted');
  assert.match(await holdfast.deadLetter(signal, 'claims-exhausted'), new RegExp(jobId));
  assert.equal(bedrock.calls({ jobId }).length, 0);
  return jobId;
}

export async function redriven(
  { holdfast }: Stage,
  signal: AbortSignal,
  jobId: string,
): Promise<void> {
  await lookAgain('the redrive', signal, async () => {
    const { status, body } = await holdfast.asOperator<{ moved: number }>(
      ...(['POST', '/admin/redrive', {}] as const),
    );
    assert.equal(status, 200, JSON.stringify(body));
    return body.moved === 1 || undefined;
  });
  await holdfast.reached(signal, jobId, 'SUCCEEDED');
}

async function circuit(holdfast: DeployedHoldfast): Promise<string | undefined> {
  const { body } = await holdfast.request<Health>('/health');
  return body.targets.find(({ target }) => target === PRIMARY?.key)?.circuit;
}
