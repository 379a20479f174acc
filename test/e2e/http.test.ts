import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROBLEM } from '../../lambda/contract/problems.ts';
import type { JobView } from './api-client.ts';
import { type Assembly, synthesizeForTest } from './assembly.ts';
import { type Holdfast, PRIMARY, startHoldfast } from './holdfast.ts';

let assembly: Assembly;
let holdfast: Holdfast;
beforeAll(async () => {
  assembly = await synthesizeForTest();
  holdfast = await startHoldfast(assembly);
}, 60_000);
afterAll(async () => {
  await holdfast.stop();
});

interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
}

const LONG = 'x'.repeat(5 * 1024 * 1024);
const NO_JOB = '0'.repeat(32);

describe('what is wrong is answered with problem details that name it', () => {
  test.each([
    ['a body that is not JSON', '{"prompt":', 'body'],
    ['an empty body', '', 'body'],
    ['an array', '[]', 'body'],
    ['null', 'null', 'body'],
    ['no prompt', '{}', 'prompt'],
    ['a prompt of a wrong type', '{"prompt":1}', 'prompt'],
    ['a blank prompt', '{"prompt":" "}', 'prompt'],
    ['prompt and messages', '{"prompt":"a","messages":[{"role":"user","text":"a"}]}', 'prompt'],
    ['an unknown field', '{"prompt":"a","promt":"b"}', 'promt'],
    ['__proto__ as a field', '{"prompt":"a","__proto__":{"x":1}}', '__proto__'],
    ['a lone surrogate', '{"prompt":"\\ud800"}', 'prompt'],
    [
      'a number beyond all',
      '{"prompt":"a","inferenceConfig":{"maxTokens":1e400}}',
      'inferenceConfig.maxTokens',
    ],
    ['an unknown region', '{"prompt":"a","regions":["mars-1"]}', 'regions[0]'],
    ['an unknown tier', '{"prompt":"a","minTier":"best"}', 'minTier'],
    ['an unknown whenOpen', '{"prompt":"a","whenOpen":"wait"}', 'whenOpen'],
    ['a deadline in the past', '{"prompt":"a","deadlineSeconds":-1}', 'deadlineSeconds'],
  ])('%s: 400', async (_title, body, field) => {
    const answer = await post(body);

    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ type: PROBLEM.invalidRequest.type, status: 400 });
    expect(answer.body.errors?.map((error) => error.field)).toContain(field);
  });

  test.each([
    ['an unknown job', `/jobs/${NO_JOB}`, 'local', 404, PROBLEM.notFound],
    ['a job id that is none', '/jobs/..%2Fx', 'local', 404, PROBLEM.notFound],
    ['an unknown route', '/nowhere', 'local', 404, PROBLEM.notFound],
    ['no key', `/jobs/${NO_JOB}`, undefined, 403, PROBLEM.forbidden],
    ['a wrong key', `/jobs/${NO_JOB}`, 'guess', 403, PROBLEM.forbidden],
  ])('%s', async (_title, path, apiKey, status, problem) => {
    const answer = await holdfast.request<ProblemDetails>(path, { apiKey });

    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ type: problem.type, status });
  });

  test('a body over 5 MB: 413', async () => {
    const answer = await post(JSON.stringify({ prompt: LONG }));

    expect(answer.status).toBe(413);
    expect(answer.body.type).toBe(PROBLEM.tooLarge.type);
  });

  test('none of it made a job', async () => {
    expect(holdfast.bedrock.calls()).toEqual([]);
    expect(holdfast.run.denied()).toEqual([]);
  });
});

test('an accepted job says where it is to be found', async () => {
  const answer = await holdfast.request<{ jobId: string; status: string }>('/jobs', {
    method: 'POST',
    body: { prompt: 'where?' },
  });

  const { jobId } = answer.body;
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({ status: 'QUEUED', links: { self: `/v1/jobs/${jobId}` } });
  expect(answer.headers.get('location')).toBe(`/v1/jobs/${jobId}`);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await holdfast.ended([jobId])).toMatchObject([{ status: 'SUCCEEDED' }]);
});

test('the same key and body are the same job, another body is refused', async () => {
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

test('a job of another tenant is as unknown as none', async () => {
  const jobId = await holdfast.submit('for my eyes only');
  await holdfast.ended([jobId]);

  const own = await holdfast.request<JobView>(`/jobs/${jobId}`);
  const foreign = await holdfast.request<ProblemDetails>(`/jobs/${jobId}`, { apiKey: 'local-2' });
  const absent = await holdfast.request<ProblemDetails>(`/jobs/${NO_JOB}`, { apiKey: 'local-2' });

  expect(own.status).toBe(200);
  expect(foreign.status).toBe(404);
  const { requestId: _own, ...told } = foreign.body as ProblemDetails & { requestId?: string };
  const { requestId: _none, ...untold } = absent.body as ProblemDetails & { requestId?: string };
  expect(told).toEqual(untold);
});

test('a request that the model refuses ends the job at once, and no circuit minds', async () => {
  const fault = holdfast.bedrock.setFault({ fault: 'validation' });
  const jobId = await holdfast.submit('what no model takes');
  const [job] = await holdfast.ended([jobId]);
  holdfast.bedrock.clearFault(fault);

  expect(job).toMatchObject({ status: 'FAILED', error: { title: expect.any(String) } });
  expect(holdfast.bedrock.calls({ jobId })).toHaveLength(1);
  expect((await holdfast.health()).status).toBe('healthy');
});

test('health names each target with its circuit', async () => {
  const { status, targets } = await holdfast.health();

  expect(status).toBe('healthy');
  expect(targets).toHaveLength(3);
  expect(targets[0]).toMatchObject({ target: PRIMARY.key, tier: 'primary', circuit: 'CLOSED' });
});

function post(body: string) {
  return holdfast.request<ProblemDetails>('/jobs', { method: 'POST', body });
}
