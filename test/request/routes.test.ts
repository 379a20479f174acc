import { beforeEach, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { CircuitSummary } from '../../lambda/core/breaker/admission.ts';
import { respond } from '../../lambda/request/routes.ts';
import { type ApiEventOptions, anApiEvent } from '../support/api-event.ts';
import { aJob, anAnswer, anAttempt, aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { aWorld, rowOf, type World } from '../support/job-world.ts';
import { someSettings } from '../support/settings.ts';

const settings = someSettings({ tenants: { 'named-key': 'blue' } });

let world: World;
let circuits: readonly CircuitSummary[];
beforeEach(() => {
  world = aWorld();
  circuits = [];
});

async function call(options: ApiEventOptions): Promise<APIGatewayProxyResult> {
  const dependencies = {
    ...world,
    circuits: { summaries: async () => circuits },
    disabledTargets: { all: async () => ({}) },
  };
  return respond(dependencies, async () => settings, anApiEvent(options));
}

const post = (body: unknown, options: ApiEventOptions = {}) =>
  call({ route: 'POST /jobs', body: JSON.stringify(body), ...options });

const bodyOf = (result: APIGatewayProxyResult) => JSON.parse(result.body);

const key = (...values: string[]) => ({ headers: { 'Idempotency-Key': values } });

describe('POST /v1/jobs', () => {
  test('stores prompt and row, sends the message, and says where the job is', async () => {
    const result = await post({ prompt: 'hello', system: 'be brief', metadata: { team: 'blue' } });

    const { jobId, status, links } = bodyOf(result);
    expect(result.statusCode).toBe(202);
    expect(status).toBe('QUEUED');
    expect(links).toEqual({ self: `/v1/jobs/${jobId}` });
    expect(result.headers).toMatchObject({ location: `/v1/jobs/${jobId}`, 'retry-after': '1' });

    const row = rowOf(world, jobId);
    expect(row).toMatchObject({
      tenant: 'key',
      metadata: { team: 'blue' },
      whenOpen: 'fallback',
      sentAt: START,
    });
    expect(await world.results.getPrompt(row)).toEqual({
      system: 'be brief',
      messages: [{ role: 'user', text: 'hello' }],
    });
    expect(world.queue.sent).toEqual([
      { message: { jobId, generation: row.generation }, delayMs: 0 },
    ]);
    expect(world.counts).toEqual({ [METRIC.jobsAccepted]: 1 });
    expect(JSON.stringify(row)).not.toContain('hello');
  });

  test('takes a conversation and every option', async () => {
    const result = await post({
      messages: [
        { role: 'user', text: 'one' },
        { role: 'assistant', text: 'two' },
        { role: 'user', text: 'three' },
      ],
      inferenceConfig: { maxTokens: 10, temperature: 0, topP: 1, stopSequences: ['.'] },
      whenOpen: 'queue',
      minTier: 'secondary',
      regions: ['us-east-1'],
      deadlineSeconds: 600,
    });

    expect(rowOf(world, bodyOf(result).jobId)).toMatchObject({
      whenOpen: 'queue',
      minTier: 'secondary',
      regions: ['us-east-1'],
      deadlineAt: START + 600_000,
    });
  });

  test('accepts also when the queue is down: the row is durable and due', async () => {
    world.queue.isDown = true;

    const result = await post({ prompt: 'hello' });

    expect(result.statusCode).toBe(202);
    expect(rowOf(world, bodyOf(result).jobId).dueAt).toBe(START + 60_000);
    expect(rowOf(world, bodyOf(result).jobId).sentAt).toBeUndefined();
  });

  test('gives jobs to the tenant that the settings name for the key', async () => {
    const result = await post({ prompt: 'hello' }, { apiKeyId: 'named-key' });

    expect(rowOf(world, bodyOf(result).jobId).tenant).toBe('blue');
  });

  test.each(['__proto__', 'constructor', 'toString'])('takes no key %j for a name', async (id) => {
    const result = await post({ prompt: 'hello' }, { apiKeyId: id });

    expect(rowOf(world, bodyOf(result).jobId).tenant).toBe(id);
  });

  test('asks to come back, and leaves no row, when the prompt cannot be stored', async () => {
    world.results.putPrompt = async () => {
      throw new Error('a prompt that must not be seen');
    };

    const result = await post({ prompt: 'hello' });

    expect(result.statusCode).toBe(503);
    expect(result.headers?.['retry-after']).toBe('5');
    expect(bodyOf(result)).toMatchObject({ type: 'urn:holdfast:problem:unavailable' });
    expect(result.body).not.toContain('must not be seen');
    expect(JSON.stringify(world.logged)).not.toContain('must not be seen');
    expect(world.jobs.rows.size).toBe(0);
  });
});

describe('an Idempotency-Key', () => {
  test('makes a repeat the same job, sent once, quoted or not', async () => {
    const first = await post({ prompt: 'hello' }, key('abc'));
    const again = await post({ prompt: 'hello' }, key('"abc"'));

    expect(again.statusCode).toBe(202);
    expect(again.body).toBe(first.body);
    expect(world.queue.sent).toHaveLength(1);
    expect(world.counts[METRIC.jobsAccepted]).toBe(1);
  });

  test('answers 200 once the job has ended', async () => {
    const { jobId } = bodyOf(await post({ prompt: 'hello' }, key('abc')));
    world.jobs.rows.set(jobId, { ...rowOf(world, jobId), status: 'SUCCEEDED' });

    const again = await post({ prompt: 'hello' }, key('abc'));

    expect(again.statusCode).toBe(200);
    expect(bodyOf(again)).toMatchObject({ jobId, status: 'SUCCEEDED' });
    expect(again.headers).not.toHaveProperty('retry-after');
  });

  test('of another body is refused, and leaves the first prompt as it was', async () => {
    const { jobId } = bodyOf(await post({ prompt: 'hello' }, key('abc')));

    const other = await post({ prompt: 'other' }, key('abc'));

    expect(other.statusCode).toBe(422);
    expect(bodyOf(other).type).toBe('urn:holdfast:problem:idempotency-mismatch');
    expect(await world.results.getPrompt(rowOf(world, jobId))).toMatchObject({
      messages: [{ text: 'hello' }],
    });
  });

  test('of another tenant is another job', async () => {
    const mine = bodyOf(await post({ prompt: 'hello' }, key('abc')));
    const theirs = bodyOf(await post({ prompt: 'hello' }, { ...key('abc'), apiKeyId: 'other' }));

    expect(theirs.jobId).not.toBe(mine.jobId);
  });

  test('is free again once its job is past its time', async () => {
    const { jobId } = bodyOf(await post({ prompt: 'hello' }, key('abc')));
    world.clock.nowMs = rowOf(world, jobId).expiresAt * 1000;

    const next = await post({ prompt: 'other' }, key('abc'));

    expect(next.statusCode).toBe(202);
    expect(rowOf(world, jobId).createdAt).toBe(world.clock.nowMs);
  });

  test.each([
    ['empty', ['']],
    ['too long', ['x'.repeat(256)]],
    ['not ASCII', ['clé']],
    ['with a line break', ['a\r\nb']],
    ['two', ['a', 'b']],
  ])('that is %s is refused', async (_, values) => {
    const result = await post({ prompt: 'hello' }, key(...values));

    expect(result.statusCode).toBe(400);
    expect(bodyOf(result).errors[0].field).toBe('Idempotency-Key');
    expect(world.jobs.rows.size).toBe(0);
  });
});

describe('a bad body', () => {
  const nested = (depth: number) => `{"prompt":${'['.repeat(depth)}${']'.repeat(depth)}}`;

  test.each<[string, string | null, string]>([
    ['nothing', null, 'body'],
    ['empty', '', 'body'],
    ['not JSON', 'hello', 'body'],
    ['cut off', '{"prompt":"hel', 'body'],
    ['with a byte order mark', '\ufeff{"prompt":"hello"}', 'body'],
    ['NaN', '{"prompt":"a","deadlineSeconds":NaN}', 'body'],
    ['null', 'null', 'body'],
    ['an array', '[{"prompt":"hello"}]', 'body'],
    ['a text', '"hello"', 'body'],
    ['a number', '1e400', 'body'],
    ['without a prompt', '{}', 'prompt'],
    [
      'with prompt and messages',
      '{"prompt":"a","messages":[{"role":"user","text":"b"}]}',
      'prompt',
    ],
    ['with an empty prompt', '{"prompt":""}', 'prompt'],
    ['with a blank prompt', '{"prompt":" \\n\\t "}', 'prompt'],
    ['with a number for a prompt', '{"prompt":1}', 'prompt'],
    ['with null for a prompt', '{"prompt":null}', 'prompt'],
    ['nested 100,000 deep', nested(100_000), 'prompt'],
    ['with half a surrogate pair', '{"prompt":"\\ud83d"}', 'prompt'],
    ['with an unknown field', '{"prompt":"a","model":"b"}', 'model'],
    ['with a __proto__', '{"prompt":"a","__proto__":{"whenOpen":"fail"}}', '__proto__'],
    ['with a constructor', '{"prompt":"a","constructor":{"prototype":{}}}', 'constructor'],
    ['with no messages', '{"messages":[]}', 'messages'],
    ['beginning with the model', '{"messages":[{"role":"assistant","text":"a"}]}', 'messages'],
    ['of a role that is none', '{"messages":[{"role":"system","text":"a"}]}', 'messages[0].role'],
    ['with a message without text', '{"messages":[{"role":"user"}]}', 'messages[0].text'],
    [
      'with no tokens',
      '{"prompt":"a","inferenceConfig":{"maxTokens":0}}',
      'inferenceConfig.maxTokens',
    ],
    [
      'with half a token',
      '{"prompt":"a","inferenceConfig":{"maxTokens":1.5}}',
      'inferenceConfig.maxTokens',
    ],
    [
      'with a text for a number',
      '{"prompt":"a","inferenceConfig":{"maxTokens":"1"}}',
      'inferenceConfig.maxTokens',
    ],
    [
      'beyond all integers',
      '{"prompt":"a","inferenceConfig":{"maxTokens":9007199254740993}}',
      'inferenceConfig.maxTokens',
    ],
    [
      'too hot',
      '{"prompt":"a","inferenceConfig":{"temperature":1.1}}',
      'inferenceConfig.temperature',
    ],
    ['with an unknown whenOpen', '{"prompt":"a","whenOpen":"wait"}', 'whenOpen'],
    ['with an unknown tier', '{"prompt":"a","minTier":"gold"}', 'minTier'],
    [
      'with a region that serves nobody',
      '{"prompt":"a","regions":["us-east-1","eu-west-9"]}',
      'regions[1]',
    ],
    ['with no region', '{"prompt":"a","regions":[]}', 'regions'],
    ['with an infinite deadline', '{"prompt":"a","deadlineSeconds":1e400}', 'deadlineSeconds'],
    ['with a deadline of minus nothing', '{"prompt":"a","deadlineSeconds":-0}', 'deadlineSeconds'],
    ['with less time than a call', '{"prompt":"a","deadlineSeconds":74}', 'deadlineSeconds'],
    ['with more time than allowed', '{"prompt":"a","deadlineSeconds":86401}', 'deadlineSeconds'],
    ['with metadata that is no text', '{"prompt":"a","metadata":{"b":1}}', 'metadata.b'],
    [
      'with metadata too long',
      `{"prompt":"a","metadata":{"b":"${'x'.repeat(257)}"}}`,
      'metadata.b',
    ],
  ])('%s gets 400 with the field, and makes no job', async (_, body, field) => {
    const result = await call({ route: 'POST /jobs', body });

    expect(result.statusCode).toBe(400);
    expect(result.headers?.['content-type']).toBe('application/problem+json');
    expect(bodyOf(result)).toMatchObject({
      type: 'urn:holdfast:problem:invalid-request',
      status: 400,
      requestId: 'request-id',
    });
    expect(bodyOf(result).errors.map((each: { field: string }) => each.field)).toContain(field);
    expect(world.jobs.rows.size).toBe(0);
    expect(world.results.prompts.size).toBe(0);
  });

  test('never has its texts quoted back', async () => {
    const result = await post({ prompt: ['my secret'], system: 7, whenOpen: 'my secret' });

    expect(result.statusCode).toBe(400);
    expect(result.body).not.toContain('my secret');
  });

  test('of 2,000 faults is told the first twenty', async () => {
    const messages = Array.from({ length: 1000 }, () => ({ role: 1, text: 2 }));

    expect(bodyOf(await post({ messages })).errors).toHaveLength(20);
  });

  test.each([
    ['bytes', 'x'.repeat(5 * 1024 * 1024)],
    ['characters of three bytes', '€'.repeat(2_000_000)],
  ])('of more than 5 MB in %s gets 413', async (_, prompt) => {
    const result = await post({ prompt });

    expect(result.statusCode).toBe(413);
    expect(bodyOf(result).type).toBe('urn:holdfast:problem:too-large');
    expect(world.jobs.rows.size).toBe(0);
  });

  test('of bytes that are no UTF-8 gets 400', async () => {
    const body = Buffer.concat([
      Buffer.from('{"prompt":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]).toString('base64');

    const result = await call({ route: 'POST /jobs', body, isBase64Encoded: true });

    expect(result.statusCode).toBe(400);
  });
});

describe('an odd body that is right', () => {
  test.each([
    ['NUL', 'a\u0000b'],
    ['escape sequences', '\u001b]0;title\u0007'],
    ['joined emoji', '👩‍👩‍👧‍👦'],
    ['a change of direction', '\u202egnorw'],
    ['our own JSON', '{"status":"SUCCEEDED"}'],
  ])('with %s is stored as it came', async (_, prompt) => {
    const { jobId } = bodyOf(await post({ prompt }));

    expect(await world.results.getPrompt(rowOf(world, jobId))).toEqual({
      messages: [{ role: 'user', text: prompt }],
    });
  });

  test('in base64 is read', async () => {
    const body = Buffer.from('{"prompt":"hello"}').toString('base64');

    const result = await call({ route: 'POST /jobs', body, isBase64Encoded: true });

    expect(result.statusCode).toBe(202);
  });

  test('of just under 5 MB is accepted', async () => {
    const result = await post({ prompt: 'x'.repeat(5 * 1024 * 1024 - 20) });

    expect(result.statusCode).toBe(202);
  });
});

describe('GET /v1/jobs/{id}', () => {
  const get = (id: string, apiKeyId = 'tenant') => call({ id, apiKeyId });

  test('shows a waiting job and when to ask again', async () => {
    const attempts = [anAttempt({ outcome: 'skipped', reason: 'open', ms: 0 })];
    const nextAttemptAt = START + 42_500;
    world.jobs.rows.set(JOB_ID, aJob({ status: 'DEFERRED', nextAttemptAt, attempts }));

    const result = await get(JOB_ID);

    expect(result.statusCode).toBe(200);
    expect(result.headers?.['retry-after']).toBe('43');
    expect(bodyOf(result)).toEqual({
      jobId: JOB_ID,
      status: 'DEFERRED',
      createdAt: '2026-01-01T00:00:00.000Z',
      deadlineAt: '2026-01-02T00:00:00.000Z',
      nextAttemptAt: '2026-01-01T00:00:42.500Z',
      attempts,
    });
  });

  test('shows an answered job with its answer and a link to it', async () => {
    const { text: _, ...facts } = anAnswer({ costUsd: 0.001 });
    const job = aRunningJob({ ...facts, status: 'SUCCEEDED', resultBytes: 100 });
    world.jobs.rows.set(JOB_ID, { ...job, completedAt: START + 900, attempts: [anAttempt()] });
    await world.results.putAnswer({ jobId: JOB_ID, claimToken: 'claim' }, anAnswer());

    const result = await get(JOB_ID);

    const { stopReason, ...shown } = facts;
    expect(bodyOf(result)).toEqual({
      ...shown,
      jobId: JOB_ID,
      status: 'SUCCEEDED',
      createdAt: '2026-01-01T00:00:00.000Z',
      completedAt: '2026-01-01T00:00:00.900Z',
      deadlineAt: '2026-01-02T00:00:00.000Z',
      attempts: [anAttempt()],
      result: { text: 'forty-two', stopReason },
      resultUrl: `https://results/${JOB_ID}/claim`,
    });
    expect(result.headers).not.toHaveProperty('retry-after');
  });

  test('shows no more than the link to an answer above 256 KB', async () => {
    const resultBytes = 256 * 1024 + 1;
    world.jobs.rows.set(JOB_ID, aRunningJob({ status: 'SUCCEEDED', resultBytes }));

    const view = bodyOf(await get(JOB_ID));

    expect(view.result).toBeUndefined();
    expect(view.resultUrl).toBe(`https://results/${JOB_ID}/claim`);
  });

  test('shows why a job failed', async () => {
    const error = { type: 'urn:holdfast:problem:unavailable', title: 'none', retryAt: START };
    world.jobs.rows.set(JOB_ID, aJob({ status: 'FAILED', error }));

    expect(bodyOf(await get(JOB_ID)).error).toEqual({
      ...error,
      retryAt: '2026-01-01T00:00:00.000Z',
    });
  });

  test('keeps from the caller what is the system’s own', async () => {
    world.jobs.rows.set(JOB_ID, aRunningJob());

    const { body } = await get(JOB_ID);

    for (const own of ['tenant', 'claim', 'lease', 'generation', 'hash', 'token', 'sweep']) {
      expect(body.toLowerCase()).not.toContain(own);
    }
  });

  test('knows another tenant’s job as little as none', async () => {
    world.jobs.rows.set(JOB_ID, aJob());

    const theirs = await get(JOB_ID, 'other');
    const none = await get('f'.repeat(32), 'other');

    expect(theirs).toEqual(none);
    expect(theirs.statusCode).toBe(404);
  });

  test('no longer knows a job past its time, whether TTL has run or not', async () => {
    world.jobs.rows.set(JOB_ID, aJob({ expiresAt: START / 1000 }));

    expect((await get(JOB_ID)).statusCode).toBe(404);
  });

  test.each(['', '../x', '%00', '%zz', JOB_ID.toUpperCase(), `${JOB_ID}0`, '__proto__'])(
    'finds no job %j',
    async (id) => {
      world.jobs.get = async () => {
        throw new Error('the table was asked');
      };

      expect((await get(id)).statusCode).toBe(404);
    },
  );
});

describe('GET /v1/health', () => {
  test('shows every target with the state of its circuit', async () => {
    circuits = [{ key: 'us-east-1/anthropic.primary', state: 'OPEN', untilMs: START + 60_000 }];

    const result = await call({ route: 'GET /health' });

    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toMatchObject({
      status: 'degraded',
      targets: [
        { target: 'us-east-1/anthropic.primary', circuit: 'OPEN' },
        { target: 'us-east-1/anthropic.secondary', circuit: 'CLOSED' },
        { target: 'us-east-1/anthropic.last-resort', circuit: 'CLOSED' },
      ],
    });
  });
});

describe('any request', () => {
  test.each(['GET /', 'PUT /jobs', 'GET /jobs', 'POST /jobs/{id}', '__proto__ /jobs'])(
    'for the unknown route %s gets 404',
    async (route) => {
      const result = await call({ route });

      expect(result.statusCode).toBe(404);
      expect(bodyOf(result).type).toBe('urn:holdfast:problem:not-found');
    },
  );

  test('without a key gets 403', async () => {
    expect((await post({ prompt: 'hello' }, { apiKeyId: '' })).statusCode).toBe(403);
  });

  test('is answered whatever its headers hold', async () => {
    const headers = { Host: ['a b'], 'x y': ['1'], 'X-Forwarded-Proto': ['\u0000'] };

    const result = await call({ route: 'GET /health', body: 'a body', headers });

    expect(result.statusCode).toBe(200);
  });

  test('is kept out of caches', async () => {
    const result = await call({ route: 'GET /health' });

    expect(result.headers?.['cache-control']).toBe('no-store');
  });
});
