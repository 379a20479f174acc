import { beforeEach, describe, expect, test } from '@jest/globals';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import { type ApiCall, anApi, bodyOf } from '../support/api-caller.ts';
import type { ApiEventOptions } from '../support/api-event.ts';
import { START } from '../support/job-builders.ts';
import { aWorld, rowOf, type World } from '../support/job-world.ts';
import { someSettings } from '../support/settings.ts';
import { twoChains } from '../support/two-chains.ts';

let world: World;
let call: ApiCall;
beforeEach(() => {
  world = aWorld({ settings: someSettings({ tenants: { 'named-key': 'blue' } }) });
  call = anApi(world);
});

const post = (body: unknown, options: ApiEventOptions = {}) =>
  call({ route: 'POST /jobs', body: JSON.stringify(body), ...options });

function withSettings(settings: Settings) {
  const world = aWorld({ settings });
  return { world, call: anApi(world) };
}

const key = (...values: string[]) => ({ headers: { 'Idempotency-Key': values } });

describe('POST /v1/jobs', () => {
  test('stores the prompt and the row, sends the message and returns the job’s location', async () => {
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
      system: [{ text: 'be brief' }],
      messages: [userMessage('hello')],
    });
    expect(world.queue.sent).toEqual([
      { message: { jobId, generation: row.generation, tenant: 'key' }, delayMs: 0 },
    ]);
    expect(world.counts).toEqual({ [METRIC.jobsAccepted]: 1 });
    expect(JSON.stringify(row)).not.toContain('hello');
  });

  test('has stored the prompt before a row names it', async () => {
    const { putPrompt } = world.results;
    world.results.putPrompt = async (...given) => {
      // A slow bucket.
      await new Promise(setImmediate);
      expect(world.jobs.rows.size).toBe(0);
      return putPrompt.apply(world.results, given);
    };

    const { jobId } = bodyOf(await post({ prompt: 'hello' }));

    expect(await world.results.getPrompt(rowOf(world, jobId))).toBeDefined();
  });

  test('creates no row if the prompt cannot be stored', async () => {
    world.results.putPrompt = () => Promise.reject(new Error('no bucket'));

    expect((await post({ prompt: 'hello' })).statusCode).toBe(503);

    expect(world.jobs.rows.size).toBe(0);
  });

  test('accepts a conversation and every option', async () => {
    const result = await post({
      messages: [
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'two' },
        { role: 'user', content: 'three' },
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

  test('keeps the chain of a job that names one, or else the default chain', async () => {
    const { world, call } = withSettings(twoChains());
    const submit = async (body: object) =>
      rowOf(world, bodyOf(await call({ route: 'POST /jobs', body: JSON.stringify(body) })).jobId);

    expect((await submit({ prompt: 'hello', chain: 'strong' })).chain).toBe('strong');
    expect((await submit({ prompt: 'hello' })).chain).toBe('fast');
  });

  test('accepts a tier and a region only if the job’s own chain has them', async () => {
    const { call } = withSettings(twoChains());
    const submit = async (options: object) => {
      const body = JSON.stringify({ prompt: 'hello', ...options });
      const result = await call({ route: 'POST /jobs', body });
      return result.statusCode === 202 ? 202 : bodyOf(result).errors;
    };

    expect(await submit({ chain: 'strong', regions: ['us-west-2'] })).toBe(202);
    expect(await submit({ chain: 'fast', regions: ['us-west-2'], minTier: 'gold' })).toEqual([
      { field: 'minTier', detail: 'got an unknown tier, allowed is one of first, last' },
      {
        field: 'regions[0]',
        detail: 'got a region without targets, allowed is one of us-east-1',
      },
    ]);
  });

  test.each(['slow', '', 'constructor'])(
    'refuses the unknown chain "%s", and names the known ones',
    async (chain) => {
      const { world, call } = withSettings(twoChains());

      const result = await call({
        route: 'POST /jobs',
        body: JSON.stringify({ prompt: 'hello', chain, minTier: 'gold' }),
      });

      expect(result.statusCode).toBe(400);
      expect(bodyOf(result).errors).toEqual([
        { field: 'chain', detail: 'got an unknown chain, allowed is one of fast, strong' },
      ]);
      expect(world.jobs.rows.size).toBe(0);
    },
  );

  test('answers a repeat of a job without a chain after another chain became the default', async () => {
    const { chains } = twoChains();
    const { world, call } = withSettings(twoChains());
    const request = { route: 'POST /jobs', body: '{"prompt":"hello"}', ...key('one') } as const;
    const first = await call(request);
    const reordered = twoChains({
      chains: { strong: chains.strong ?? { tiers: [] }, fast: chains.fast ?? { tiers: [] } },
    });

    const repeat = await anApi(world, { settings: reordered })(request);

    expect(repeat.statusCode).toBe(202);
    expect(bodyOf(repeat).jobId).toBe(bodyOf(first).jobId);
    expect(rowOf(world, bodyOf(first).jobId).chain).toBe('fast');
  });

  test('accepts a job even if the queue is down: the row is durable and due', async () => {
    world.queue.isDown = true;

    const result = await post({ prompt: 'hello' });

    const { jobId } = bodyOf(result);
    expect(result.statusCode).toBe(202);
    expect(rowOf(world, jobId).dueAt).toBe(START + 60_000);
    expect(rowOf(world, jobId).sentAt).toBeUndefined();
    expect(world.logged).toEqual([
      {
        message: 'message not sent; the sweeper will send it',
        fields: { jobId, error: 'Error' },
      },
    ]);
  });

  test('creates one job for each request without an Idempotency-Key, and looks for no earlier job', async () => {
    world.jobs.get = async () => {
      throw new Error('the table was asked');
    };

    const results = [await post({ prompt: 'hello' }), await post({ prompt: 'hello' })];

    expect(results.map(({ statusCode }) => statusCode)).toEqual([202, 202]);
    expect(world.jobs.rows.size).toBe(2);
  });

  test.each(['/v1/jobs', '/v1/jobs/', '/base/jobs', '/jobs'])(
    'returns a location below the path that the caller wrote: %s',
    async (callerPath) => {
      const { headers, body } = await post({ prompt: 'hello' }, { callerPath });

      const { jobId, links } = JSON.parse(body);
      const self = `${callerPath.endsWith('/') ? callerPath.slice(0, -1) : callerPath}/${jobId}`;
      expect([links.self, headers?.location]).toEqual([self, self]);
    },
  );

  test('assigns jobs to the tenant that the settings name for the key', async () => {
    const result = await post({ prompt: 'hello' }, { apiKeyId: 'named-key' });

    expect(rowOf(world, bodyOf(result).jobId).tenant).toBe('blue');
  });

  test.each(['__proto__', 'constructor', 'toString'])(
    'does not mistake the key id %j for an inherited property',
    async (id) => {
      const result = await post({ prompt: 'hello' }, { apiKeyId: id });

      expect(rowOf(world, bodyOf(result).jobId).tenant).toBe(id);
    },
  );

  test('returns Retry-After and writes no row if the prompt cannot be stored', async () => {
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
  test('quoted or not, returns the same job for a repeated request and sends it once', async () => {
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

  test('stores the prompt of a repeated request once', async () => {
    await post({ prompt: 'hello' }, key('abc'));
    world.results.putPrompt = async () => {
      throw new Error('stored again');
    };

    expect((await post({ prompt: 'hello' }, key('abc'))).statusCode).toBe(202);
  });

  test('with another body stores no prompt', async () => {
    await post({ prompt: 'hello' }, key('abc'));
    const stored = [...world.results.prompts.keys()];

    await post({ prompt: 'other' }, key('abc'));

    expect([...world.results.prompts.keys()]).toEqual(stored);
  });

  test.each([
    ['option', { whenOpen: 'fail' }],
    ['limit', { inferenceConfig: { maxTokens: 7 } }],
    ['metadata', { metadata: { team: 'blue' } }],
  ])('with the same prompt but another %s is refused', async (_, change) => {
    await post({ prompt: 'hello' }, key('abc'));

    expect((await post({ prompt: 'hello', ...change }, key('abc'))).statusCode).toBe(422);
  });

  test('gives one job to two bodies that arrive together', async () => {
    const both = [{ prompt: 'hello' }, { prompt: 'other' }];

    const results = await Promise.all(both.map((body) => post(body, key('abc'))));

    expect(results.map(({ statusCode }) => statusCode)).toEqual([202, 422]);
    expect(world.jobs.rows.size).toBe(1);
  });

  test('with another body is refused and leaves the first prompt unchanged', async () => {
    const { jobId } = bodyOf(await post({ prompt: 'hello' }, key('abc')));

    const other = await post({ prompt: 'other' }, key('abc'));

    expect(other.statusCode).toBe(422);
    expect(bodyOf(other).type).toBe('urn:holdfast:problem:idempotency-mismatch');
    expect(await world.results.getPrompt(rowOf(world, jobId))).toMatchObject({
      messages: [userMessage('hello')],
    });
  });

  test('gives its job an id of 32 hexadecimal digits, which depends on the key alone', async () => {
    const first = bodyOf(await post({ prompt: 'hello' }, key('abc')));
    const second = bodyOf(await post({ prompt: 'hello' }, key('abd')));

    expect(first.jobId).toMatch(/^[0-9a-f]{32}$/);
    expect(second.jobId).not.toBe(first.jobId);
    expect((await call({ id: first.jobId })).statusCode).toBe(200);
  });

  test('with the same prompt and another option is refused', async () => {
    await post({ prompt: 'hello' }, key('abc'));

    const other = await post({ prompt: 'hello', whenOpen: 'queue' }, key('abc'));

    expect(other.statusCode).toBe(422);
  });

  test('returns the time of the next attempt while its job is deferred', async () => {
    const { jobId } = bodyOf(await post({ prompt: 'hello' }, key('abc')));
    const deferred = { status: 'DEFERRED', nextAttemptAt: START + 7000 } as const;
    world.jobs.rows.set(jobId, { ...rowOf(world, jobId), ...deferred });

    const again = await post({ prompt: 'hello' }, key('abc'));

    expect(bodyOf(again).status).toBe('DEFERRED');
    expect(again.headers?.['retry-after']).toBe('7');
  });

  test('of another tenant creates another job', async () => {
    const mine = bodyOf(await post({ prompt: 'hello' }, key('abc')));
    const theirs = bodyOf(await post({ prompt: 'hello' }, { ...key('abc'), apiKeyId: 'other' }));

    expect(theirs.jobId).not.toBe(mine.jobId);
  });

  test('is free again once its job has expired', async () => {
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

describe('GET /v1/health', () => {
  test('shows every target with the state of its circuit', async () => {
    const untilMs = START + 60_000;
    const circuits = [{ key: 'us-east-1/anthropic.primary', state: 'OPEN' as const, untilMs }];

    const result = await anApi(world, { circuits })({ route: 'GET /health' });

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

describe('GET /v1/health after an edit of the settings', () => {
  test('shows that the edit was refused, but not its content', async () => {
    const settingsFault = { status: 'invalid', sinceMs: START, faults: ['a secret'] } as const;

    const result = await anApi(world, { settingsFault })({ route: 'GET /health' });

    const since = new Date(START).toISOString();
    expect(bodyOf(result).settings).toEqual({ status: 'invalid', since });
    expect(result.body).not.toContain('a secret');
  });

  test('shows that the settings are in force', async () => {
    const { settings } = bodyOf(await call({ route: 'GET /health' }));

    expect(settings).toEqual({ status: 'in-force' });
  });
});

describe('GET /v1/openapi.json', () => {
  test('returns the document without a key and lets caches keep it for a while', async () => {
    const result = await call({ route: 'GET /openapi.json', apiKeyId: '' });

    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toEqual({ openapi: '3.1.0' });
    expect(result.headers?.['cache-control']).toBe('public, max-age=300');
  });
});

describe('any request', () => {
  test.each(['GET /', 'PUT /jobs', 'DELETE /jobs', 'POST /jobs/{id}', '__proto__ /jobs'])(
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

  test('is answered whatever its headers contain', async () => {
    const headers = { Host: ['a b'], 'x y': ['1'], 'X-Forwarded-Proto': ['\u0000'] };

    const result = await call({ route: 'GET /health', body: 'a body', headers });

    expect(result.statusCode).toBe(200);
  });

  test('is not cached', async () => {
    const result = await call({ route: 'GET /health' });

    expect(result.headers?.['cache-control']).toBe('no-store');
  });
});
