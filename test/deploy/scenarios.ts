import assert from 'node:assert/strict';
import { targetsOf } from '../../lambda/contract/chains.ts';
import { targetKey } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import type { FakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { eventually } from '../support/eventually.ts';
import type { DeployedHoldfast } from './deployed-holdfast.ts';
import input from './settings.ts';

export interface Deployed {
  readonly holdfast: DeployedHoldfast;
  readonly bedrock: FakeBedrock;
}

type Scenario = (deployed: Deployed, signal: AbortSignal) => Promise<void>;

const SETTINGS = parseSettings(input, 'settings.ts');
export const [PRIMARY, SECONDARY] = targetsOf(SETTINGS).map((target) => ({
  key: targetKey(target),
  at: { region: target.region, model: target.modelId },
}));
const UNKNOWN_KEY = { accessKeyId: 'AKIAUNKNOWNUNKNOWN00' };

async function servedByPrimary({ holdfast }: Deployed, signal: AbortSignal): Promise<void> {
  const jobId = await holdfast.submit('Why do ships have anchors?');
  const job = await holdfast.reached(signal, jobId, 'SUCCEEDED');
  assert.equal(job.servedBy, PRIMARY?.key);
  assert.equal(job.degraded, false);
  assert.match(job.result?.text ?? '', /Why do ships have anchors\?/);
}

async function badRequestsRefused({ holdfast }: Deployed): Promise<void> {
  for (const apiKey of [undefined, 'no-such-key']) {
    assert.equal((await holdfast.request('/health', { apiKey })).status, 403);
  }
  assert.equal((await holdfast.request('/jobs', { method: 'POST', body: '{' })).status, 400);
}

async function usagePlanEnforced({ holdfast }: Deployed): Promise<void> {
  const apiKey = await holdfast.addKey(1, 2);
  const responses = await Promise.all(
    Array.from({ length: 8 }, () => holdfast.request('/health', { apiKey })),
  );
  const statuses = responses.map(({ status }) => status);
  assert.ok(statuses.includes(200) && statuses.includes(429), `got ${statuses}`);
}

async function secondaryServes(
  { holdfast, bedrock }: Deployed,
  signal: AbortSignal,
): Promise<void> {
  bedrock.setFault({ ...PRIMARY?.at, fault: 'throttle-minute' });
  const jobIds: string[] = [];
  const look = async () => {
    jobIds.push(await holdfast.submit('Count to ten'));
    return (await primaryCircuit(holdfast)) === 'OPEN' || undefined;
  };
  await eventually('the primary’s circuit to open', look, signal);
  for (const jobId of jobIds) {
    const job = await holdfast.reached(signal, jobId, 'SUCCEEDED');
    assert.equal(job.servedBy, SECONDARY?.key);
    assert.equal(job.degraded, true);
  }
  const throttled = bedrock.calls({ ...PRIMARY?.at, outcome: 'throttle-minute' });
  assert.ok(throttled.length >= SETTINGS.breaker.consecutiveFailures, `got ${throttled.length}`);
}

/** The job has a single claim, so it succeeds only if its deferrals use up none. */
async function jobDeferred({ holdfast, bedrock }: Deployed, signal: AbortSignal): Promise<void> {
  bedrock.setFault({ fault: 'unavailable' });
  const jobId = await holdfast.submit('Still there?');
  const deferred = await holdfast.reached(signal, jobId, 'DEFERRED');
  assert.ok(deferred.nextAttemptAt);
  bedrock.clearFaults();
  const job = await holdfast.reached(signal, jobId, 'SUCCEEDED');
  assert.equal(bedrock.calls({ jobId, outcome: 'answered' }).length, 1);
  assert.ok(job.attempts.length > 1, `got ${job.attempts.length} attempts`);
}

async function circuitCloses({ holdfast }: Deployed, signal: AbortSignal): Promise<void> {
  const look = async () => {
    const jobId = await holdfast.submit('Count to ten');
    await holdfast.reached(signal, jobId, 'SUCCEEDED');
    return (await primaryCircuit(holdfast)) === 'CLOSED' || undefined;
  };
  await eventually('the primary’s circuit to close', look, signal);
}

async function unreadableMessageDeadLettered(
  { holdfast }: Deployed,
  signal: AbortSignal,
): Promise<void> {
  await holdfast.sendMessage('not JSON');
  assert.equal(await holdfast.deadLetter(signal, 'not-json'), 'not JSON');
}

/** The emulator looks up the access key of a signed call, but does not compare signatures. */
async function operatorRoutesProtected({ holdfast }: Deployed): Promise<void> {
  const redrive = '/admin/redrive';
  const none = await holdfast.request(redrive, { method: 'POST', body: {}, apiKey: undefined });
  const stranger = await holdfast.asOperator('POST', redrive, {}, UNKNOWN_KEY);
  // An unsigned caller must not learn that the route exists.
  assert.deepEqual([none.status, stranger.status], [404, 403]);
}

/** The scenarios of callers and operators on a freshly deployed stack, in this order. */
export const SCENARIOS: readonly {
  readonly name: string;
  readonly limitSeconds: number;
  readonly run: Scenario;
}[] = [
  { name: 'the primary serves a job', limitSeconds: 40, run: servedByPrimary },
  {
    name: 'a request without a key gets 403, a broken body 400',
    limitSeconds: 20,
    run: badRequestsRefused,
  },
  { name: 'requests beyond the usage plan get 429', limitSeconds: 20, run: usagePlanEnforced },
  {
    name: 'operators’ routes answer 404 without a signature, 403 to an unknown key',
    limitSeconds: 20,
    run: operatorRoutesProtected,
  },
  {
    name: 'the circuit of a throttled primary opens, and the secondary serves',
    limitSeconds: 60,
    run: secondaryServes,
  },
  {
    name: 'a job is deferred while all targets are down, and succeeds afterwards',
    limitSeconds: 60,
    run: jobDeferred,
  },
  { name: 'the circuit of the healed primary closes', limitSeconds: 60, run: circuitCloses },
  {
    name: 'an unreadable message becomes a dead letter',
    limitSeconds: 30,
    run: unreadableMessageDeadLettered,
  },
];

/**
 * A worker that may not read prompts fails its run. The scheduled sweeper releases the job, and the
 * worker dead-letters it because its only claim is used up.
 */
export async function deadLettered(
  { holdfast, bedrock }: Deployed,
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
  { holdfast }: Deployed,
  signal: AbortSignal,
  jobId: string,
): Promise<void> {
  const look = async () => {
    const redriven = await holdfast.asOperator<{ moved: number }>('POST', '/admin/redrive', {});
    assert.equal(redriven.status, 200, JSON.stringify(redriven.body));
    return redriven.body.moved === 1 || undefined;
  };
  await eventually('the redrive of one dead letter', look, signal);
  await holdfast.reached(signal, jobId, 'SUCCEEDED');

  const record = (await holdfast.operatorActions()).at(-1);
  assert.partialDeepStrictEqual(record, { action: 'redrive', status: 200, result: { moved: 1 } });
}

async function primaryCircuit(holdfast: DeployedHoldfast): Promise<string | undefined> {
  return PRIMARY && holdfast.circuitOf(PRIMARY.key);
}
