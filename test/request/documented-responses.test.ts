import { beforeEach, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { openApiDocument } from '../../lambda/contract/schemas/openapi.ts';
import { SCHEMAS } from '../../lambda/contract/schemas/openapi-components.ts';
import { cancel } from '../../lambda/core/jobs/end-transitions.ts';
import { anApi, bodyOf } from '../support/api-caller.ts';
import type { ApiEventOptions } from '../support/api-event.ts';
import { aJob, anAnswer, anAttempt, aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { aWorld, type World } from '../support/job-world.ts';

const document = JSON.parse(JSON.stringify(openApiDocument()));

let world: World;
beforeEach(() => {
  world = aWorld();
});

async function call(options: ApiEventOptions): Promise<APIGatewayProxyResult> {
  const untilMs = START + 60_000;
  const key = 'us-east-1/anthropic.primary';
  const circuit = { key, state: 'OPEN', sinceMs: START, untilMs, failure: 'capacity' } as const;
  const circuits = [{ ...circuit, failureRatePercent: 40.5, override: 'observe' } as const];
  return anApi(world, { circuits })({ apiKeyId: 'tenant', ...options });
}

/** Returns the document’s schema for this response, found by route and status. */
function documentedSchema(route: string, { statusCode, headers }: APIGatewayProxyResult) {
  const [method = '', path = ''] = route.split(' ');
  const documented = document.paths[path][method.toLowerCase()].responses[statusCode];
  const response = documented.$ref
    ? document.components.responses[documented.$ref.split('/').at(-1)]
    : documented;
  const { $ref } = response.content[String(headers?.['content-type'])].schema;
  return SCHEMAS[$ref.split('/').at(-1) as keyof typeof SCHEMAS];
}

async function expectDocumented(options: ApiEventOptions & { readonly route: string }) {
  const result = await call(options);
  const schema = documentedSchema(options.route, result);
  // Parsing removes fields that the schema does not name, so an undocumented field fails the test.
  expect(schema.parse(bodyOf(result))).toEqual(bodyOf(result));
  return result.statusCode;
}

const show = { route: 'GET /jobs/{id}', id: JOB_ID };
const remove = { route: 'DELETE /jobs/{id}', id: JOB_ID };
const post = { route: 'POST /jobs', body: '{"prompt":"hello"}' };

describe('the document describes every field of a response', () => {
  test('to a submission, a repeated one and a refused one', async () => {
    const headers = { 'Idempotency-Key': ['a'] };
    const repeat = { ...post, headers };

    expect(await expectDocumented(repeat)).toBe(202);
    const [jobId = ''] = world.jobs.rows.keys();
    await world.jobs.update(jobId, cancel(aJob({ ...world.jobs.rows.get(jobId) }), START));
    expect(await expectDocumented(repeat)).toBe(200);
    expect(await expectDocumented({ ...repeat, body: '{"prompt":"other"}' })).toBe(422);
    expect(await expectDocumented({ ...post, body: '{"promt":1}' })).toBe(400);
    expect(await expectDocumented({ ...post, apiKeyId: '' })).toBe(403);
    const prompt = 'x'.repeat(5 * 1024 * 1024);
    expect(await expectDocumented({ ...post, body: JSON.stringify({ prompt }) })).toBe(413);
  });

  test('while a store is down', async () => {
    world.jobs.create = async () => {
      throw new Error('down');
    };

    expect(await expectDocumented(post)).toBe(503);
  });

  test.each([
    ['queued', aJob({ metadata: { team: 'blue' } })],
    ['running and cancelled', aRunningJob({ cancelRequested: true })],
    [
      'deferred',
      aJob({
        status: 'DEFERRED',
        nextAttemptAt: START,
        attempts: [anAttempt({ outcome: 'skipped', reason: 'open' })],
      }),
    ],
    [
      'failed',
      aJob({
        status: 'FAILED',
        completedAt: START,
        error: { type: 'a', title: 'b', retryAt: START },
        attempts: [anAttempt({ outcome: 'quota-minute', reason: 'ThrottlingException' })],
      }),
    ],
  ])('that shows, lists and cancels a job that is %s', async (_, job) => {
    world.jobs.rows.set(JOB_ID, job);

    expect(await expectDocumented(show)).toBe(200);
    expect(await expectDocumented({ route: 'GET /jobs' })).toBe(200);
    expect([202, 409]).toContain(await expectDocumented(remove));
  });

  test('that contains a model’s answer', async () => {
    const { text: _, output: __, ...facts } = anAnswer({ costUsd: 0.001, degradedBy: ['tier'] });
    const job = aRunningJob({ ...facts, status: 'SUCCEEDED', resultBytes: 100 });
    world.jobs.rows.set(JOB_ID, { ...job, completedAt: START, attempts: [anAttempt()] });
    await world.results.putAnswer({ jobId: JOB_ID, claimToken: 'claim' }, anAnswer());

    expect(await expectDocumented(show)).toBe(200);
    expect(bodyOf(await call(show))).toHaveProperty('result.text');
  });

  test('that contains what the model said about a refused job', async () => {
    const error = { type: 'urn:holdfast:problem:request-refused', title: 'refused' };
    const job = aRunningJob({ status: 'FAILED', error: { ...error, hasDetail: true } });
    world.jobs.rows.set(JOB_ID, { ...job, completedAt: START });
    await world.results.putErrorDetail({ jobId: JOB_ID, claimToken: 'claim' }, 'Because.');

    expect(await expectDocumented(show)).toBe(200);
    expect(bodyOf(await call(show))).toHaveProperty('error.detail');
  });

  test('with a page that is followed by another', async () => {
    world.jobs.rows.set(JOB_ID, aJob());
    world.jobs.rows.set('f'.repeat(32), aJob({ jobId: 'f'.repeat(32), createdKey: '9' }));
    const query = { limit: ['1'] };

    expect(await expectDocumented({ route: 'GET /jobs', query })).toBe(200);
    expect(bodyOf(await call({ route: 'GET /jobs', query }))).toHaveProperty('nextCursor');
  });

  test('for a missing job, and for health', async () => {
    expect(await expectDocumented(show)).toBe(404);
    expect(await expectDocumented(remove)).toBe(404);
    expect(await expectDocumented({ route: 'GET /health' })).toBe(200);
  });
});
