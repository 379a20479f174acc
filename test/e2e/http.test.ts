import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Snapshot } from '../../console/contract/snapshot.ts';
import { PROBLEM } from '../../lambda/contract/problems.ts';
import type { JobView } from '../support/api-client.ts';
import { eventually } from '../support/eventually.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { LAST_RESORT, PRIMARY } from './chain.ts';
import { type Holdfast, startHoldfast } from './holdfast.ts';

const assembly = synthesizeBeforeAll();
let holdfast: Holdfast;
beforeAll(async () => {
  holdfast = await startHoldfast(assembly);
}, 60_000);
afterAll(async () => {
  await holdfast.stop();
});

interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly requestId?: string;
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
}

const FIVE_MB = 'x'.repeat(5 * 1024 * 1024);
const UNKNOWN_JOB = '0'.repeat(32);

describe('a request with an error', () => {
  test.each([
    ['a body that is not JSON', '{"prompt":', 'body'],
    ['an empty body', '', 'body'],
    ['an array as the body', '[]', 'body'],
    ['null as the body', 'null', 'body'],
    ['a body without a prompt', '{}', 'prompt'],
    ['a prompt of a wrong type', '{"prompt":1}', 'prompt'],
    ['a blank prompt', '{"prompt":" "}', 'prompt'],
    [
      'a body with a prompt and messages',
      '{"prompt":"a","messages":[{"role":"user","content":"a"}]}',
      'prompt',
    ],
    ['an unknown field', '{"prompt":"a","promt":"b"}', 'promt'],
    ['__proto__ as a field', '{"prompt":"a","__proto__":{"x":1}}', '__proto__'],
    ['a lone surrogate', '{"prompt":"\\ud800"}', 'prompt'],
    [
      'a number that is too large',
      '{"prompt":"a","inferenceConfig":{"maxTokens":1e400}}',
      'inferenceConfig.maxTokens',
    ],
    ['an unknown chain', '{"prompt":"a","chain":"deluxe"}', 'chain'],
    ['an unknown region', '{"prompt":"a","regions":["mars-1"]}', 'regions[0]'],
    ['an unknown tier', '{"prompt":"a","minTier":"best"}', 'minTier'],
    ['an unknown whenOpen', '{"prompt":"a","whenOpen":"wait"}', 'whenOpen'],
    ['a negative deadline', '{"prompt":"a","deadlineSeconds":-1}', 'deadlineSeconds'],
  ])(
    '%s is answered with 400 and problem details that name the field',
    async (_title, body, field) => {
      const response = await post(body);

      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(response.body).toMatchObject({ type: PROBLEM.invalidRequest.type, status: 400 });
      expect(response.body.errors?.map((error) => error.field)).toContain(field);
    },
  );

  test.each([
    ['an unknown job', `/jobs/${UNKNOWN_JOB}`, 'local', 404, PROBLEM.notFound],
    ['a malformed job id', '/jobs/..%2Fx', 'local', 404, PROBLEM.notFound],
    ['an unknown route', '/nowhere', 'local', 404, PROBLEM.notFound],
    ['a request without a key', `/jobs/${UNKNOWN_JOB}`, undefined, 403, PROBLEM.forbidden],
    ['a request with a wrong key', `/jobs/${UNKNOWN_JOB}`, 'guess', 403, PROBLEM.forbidden],
  ])('%s is answered with problem details', async (_title, path, apiKey, status, problem) => {
    const response = await holdfast.request<ProblemDetails>(path, { apiKey });

    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(response.body).toMatchObject({ type: problem.type, status });
  });

  test('a body over 5 MB is answered with 413', async () => {
    const response = await post(JSON.stringify({ prompt: FIVE_MB }));

    expect(response.status).toBe(413);
    expect(response.body.type).toBe(PROBLEM.tooLarge.type);
  });

  test('calls no model, and no function is denied a call', async () => {
    expect(holdfast.bedrock.calls()).toEqual([]);
    expect(holdfast.run.denied()).toEqual([]);
  });
});

test('an accepted job is answered with 202 and its path, and succeeds', async () => {
  const response = await holdfast.request<{ jobId: string; status: string }>('/jobs', {
    method: 'POST',
    body: { prompt: 'where?' },
  });

  const { jobId } = response.body;
  expect(response.status).toBe(202);
  expect(response.body).toMatchObject({ status: 'QUEUED', links: { self: `/v1/jobs/${jobId}` } });
  expect(response.headers.get('location')).toBe(`/v1/jobs/${jobId}`);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await holdfast.ended([jobId])).toMatchObject([{ status: 'SUCCEEDED' }]);
});

test('the console shows the run, and its page can act as each tenant and as an operator', async () => {
  const { origin } = new URL(holdfast.run.apiUrl);
  // The run throttles some invocations.
  const send = (path: string, init: RequestInit = {}) =>
    eventually(path, async () => {
      const headers = { origin, 'content-type': 'application/json', ...init.headers };
      const response = await fetch(`${origin}/console/${path}`, { ...init, headers });
      return response.status === 500 ? undefined : response;
    });
  const theirs = { headers: { 'x-console-tenant': 'another-team' } };

  const page = await fetch(origin);
  const snapshot = await eventually('the health', async () => {
    const read = (await (await send('snapshot')).json()) as Snapshot;
    return read.health && read.problems.length === 0 ? read : undefined;
  });
  const posted = await send('api/jobs', { method: 'POST', body: '{"prompt":"who?"}', ...theirs });
  const { jobId } = (await posted.json()) as { jobId: string };
  const own = await send(`api/jobs/${jobId}?wait=5`, theirs);
  const foreign = await send(`api/jobs/${jobId}`);
  const override = `api/admin/overrides/target/${encodeURIComponent(PRIMARY.key)}`;
  const body = JSON.stringify({ mode: 'observe', reason: 'from the console' });
  const set = await send(override, { method: 'PUT', body });
  const lifted = await send(override, { method: 'DELETE' });
  const faults = await send('bedrock/faults');
  const refused = await send('snapshot', { headers: { origin: 'https://evil.example' } });

  expect(await page.text()).toContain('/console/page.js');
  expect(snapshot).toMatchObject({
    instance: { kind: 'laptop', tenants: [expect.any(String), 'another-team'], updates: 'stream' },
    health: { value: { status: expect.any(String) } },
    queues: { value: { deadLetters: 0 } },
    problems: [],
  });
  expect(snapshot.instance.chains[0]?.tiers[0]?.targets[0]?.target).toBe(PRIMARY.key);
  expect([posted.status, own.status, foreign.status]).toEqual([202, 200, 404]);
  expect([set.status, lifted.status]).toEqual([200, 200]);
  expect([faults.status, await faults.json()]).toEqual([200, { faults: [] }]);
  expect(refused.status).toBe(403);
}, 60_000);

test('a repeated idempotency key returns the same job, and is refused with another body', async () => {
  const send = (prompt: string) =>
    holdfast.request<{ jobId: string }>('/jobs', {
      method: 'POST',
      body: { prompt },
      headers: { 'idempotency-key': 'order-1' },
    });

  const first = await send('once');
  await holdfast.ended([first.body.jobId]);
  const again = await send('once');
  const other = await send('twice');

  expect([first.status, again.status, other.status]).toEqual([202, 200, 422]);
  expect(again.body.jobId).toBe(first.body.jobId);
  expect(holdfast.bedrock.calls({ jobId: first.body.jobId })).toHaveLength(1);
});

test('a job of another tenant gets the same response as an unknown job', async () => {
  const jobId = await holdfast.submit('for my eyes only');
  await holdfast.ended([jobId]);

  const own = await holdfast.request<JobView>(`/jobs/${jobId}`);
  const foreign = await holdfast.request<ProblemDetails>(`/jobs/${jobId}`, { apiKey: 'local-2' });
  const unknown = await holdfast.request<ProblemDetails>(`/jobs/${UNKNOWN_JOB}`, {
    apiKey: 'local-2',
  });

  expect(own.status).toBe(200);
  expect(foreign.status).toBe(404);
  expect(withoutRequestId(foreign.body)).toEqual(withoutRequestId(unknown.body));
});

test('a request that the model refuses fails the job after one call, and health stays healthy', async () => {
  const fault = holdfast.bedrock.setFault({ fault: 'validation' });
  const jobId = await holdfast.submit('a prompt that no model accepts');
  const [job] = await holdfast.ended([jobId]);
  holdfast.bedrock.clearFault(fault);

  expect(job).toMatchObject({ status: 'FAILED', error: { title: expect.any(String) } });
  expect(holdfast.bedrock.calls({ jobId })).toHaveLength(1);
  expect((await holdfast.health()).status).toBe('healthy');
});

test('health lists the chains, and the targets with the tiers and the circuit of each', async () => {
  const { status, chains, targets } = await holdfast.health();

  expect(status).toBe('healthy');
  expect(targets).toHaveLength(4);
  expect(targets[0]).toMatchObject({
    target: PRIMARY.key,
    tiers: [{ chain: 'default', tier: 'primary' }],
    circuit: 'CLOSED',
  });
  expect(chains).toEqual([
    { chain: 'default', status: 'healthy' },
    { chain: 'economy', status: 'healthy' },
    { chain: 'metered', status: 'healthy' },
  ]);
  expect(targets[2]).toMatchObject({
    target: LAST_RESORT.key,
    tiers: [
      { chain: 'default', tier: 'last-resort' },
      { chain: 'economy', tier: 'only' },
      { chain: 'metered', tier: 'spare' },
    ],
  });
});

function post(body: string) {
  return holdfast.request<ProblemDetails>('/jobs', { method: 'POST', body });
}

function withoutRequestId({ requestId: _, ...rest }: ProblemDetails) {
  return rest;
}
