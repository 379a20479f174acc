import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { problemDetails } from '../../lambda/contract/schemas/problem-details.ts';
import { type ApiCall, anApi, bodyOf, fieldsOf } from '../support/api-caller.ts';
import type { ApiEventOptions } from '../support/api-event.ts';
import { converseRequests } from '../support/converse-requests.ts';
import { aWorld, rowOf, type World } from '../support/job-world.ts';
import { PNG } from '../support/media-files.ts';
import { asJson } from '../support/sdk-capture.ts';

let world: World;
let call: ApiCall;
beforeEach(() => {
  world = aWorld();
  call = anApi(world);
});

const post = (body: unknown, options: ApiEventOptions = {}) =>
  call({ route: 'POST /jobs', body: JSON.stringify(body), ...options });

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
      '{"prompt":"a","messages":[{"role":"user","content":"b"}]}',
      'prompt',
    ],
    ['with an empty prompt', '{"prompt":""}', 'prompt'],
    ['with a blank prompt', '{"prompt":" \\n\\t "}', 'prompt'],
    ['with a number for a prompt', '{"prompt":1}', 'prompt'],
    ['with null for a prompt', '{"prompt":null}', 'prompt'],
    ['nested 99 deep', nested(99), 'prompt'],
    ['nested 10,000 deep', nested(10_000), 'body'],
    ['nested 100,000 deep', nested(100_000), 'body'],
    ['with half a surrogate pair', '{"prompt":"\\ud83d"}', 'prompt'],
    ['with an unknown field', '{"prompt":"a","model":"b"}', 'model'],
    ['with a __proto__', '{"prompt":"a","__proto__":{"whenOpen":"fail"}}', '__proto__'],
    ['with a constructor', '{"prompt":"a","constructor":{"prototype":{}}}', 'constructor'],
    ['with no messages', '{"messages":[]}', 'messages'],
    [
      'that begins with the assistant',
      '{"messages":[{"role":"assistant","content":"a"}]}',
      'messages[0].role',
    ],
    [
      'with two messages of one role',
      '{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}',
      'messages[1].role',
    ],
    [
      'with two answers in a row',
      '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"assistant","content":"c"}]}',
      'messages[2].role',
    ],
    ['with an unknown role', '{"messages":[{"role":"tool","content":"a"}]}', 'messages[0].role'],
    [
      'with nothing but a system message',
      '{"messages":[{"role":"system","content":"a"}]}',
      'messages',
    ],
    ['with a message without content', '{"messages":[{"role":"user"}]}', 'messages[0].content'],
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
      'with a number beyond all safe integers',
      '{"prompt":"a","inferenceConfig":{"maxTokens":9007199254740993}}',
      'inferenceConfig.maxTokens',
    ],
    [
      'with too high a temperature',
      '{"prompt":"a","inferenceConfig":{"temperature":1.1}}',
      'inferenceConfig.temperature',
    ],
    ['with an unknown whenOpen', '{"prompt":"a","whenOpen":"wait"}', 'whenOpen'],
    ['with an unknown chain', '{"prompt":"a","chain":"slow"}', 'chain'],
    ['with a number for a chain', '{"prompt":"a","chain":1}', 'chain'],
    ['with an unknown tier', '{"prompt":"a","minTier":"gold"}', 'minTier'],
    [
      'with a region without targets',
      '{"prompt":"a","regions":["us-east-1","eu-west-9"]}',
      'regions[1]',
    ],
    ['with no region', '{"prompt":"a","regions":[]}', 'regions'],
    ['with an infinite deadline', '{"prompt":"a","deadlineSeconds":1e400}', 'deadlineSeconds'],
    ['with a deadline of minus zero', '{"prompt":"a","deadlineSeconds":-0}', 'deadlineSeconds'],
    ['with less time than a call', '{"prompt":"a","deadlineSeconds":64}', 'deadlineSeconds'],
    ['with more time than allowed', '{"prompt":"a","deadlineSeconds":86401}', 'deadlineSeconds'],
    ['with metadata that is not text', '{"prompt":"a","metadata":{"b":1}}', 'metadata.b'],
    [
      'with metadata too long',
      `{"prompt":"a","metadata":{"b":"${'x'.repeat(257)}"}}`,
      'metadata.b',
    ],
    ['with a lone NUL', '\u0000', 'body'],
    ['with an object for a prompt', '{"prompt":{"text":"a"}}', 'prompt'],
    ['with a prompt of white space that is not ASCII', '{"prompt":"\u00a0\u3000"}', 'prompt'],
    [
      'with minus one token',
      '{"prompt":"a","inferenceConfig":{"maxTokens":-1}}',
      'inferenceConfig.maxTokens',
    ],
    [
      'with too many tokens',
      '{"prompt":"a","inferenceConfig":{"maxTokens":1000001}}',
      'inferenceConfig.maxTokens',
    ],
    ['with null for a configuration', '{"prompt":"a","inferenceConfig":null}', 'inferenceConfig'],
    [
      'with an unknown parameter',
      '{"prompt":"a","inferenceConfig":{"topK":1}}',
      'inferenceConfig.topK',
    ],
    [
      'with an empty stop sequence',
      '{"prompt":"a","inferenceConfig":{"stopSequences":[""]}}',
      'inferenceConfig.stopSequences[0]',
    ],
    ['with a text for regions', '{"prompt":"a","regions":"us-east-1"}', 'regions'],
    ['with a text for a deadline', '{"prompt":"a","deadlineSeconds":"600"}', 'deadlineSeconds'],
    ['with a deadline in the past', '{"prompt":"a","deadlineSeconds":-600}', 'deadlineSeconds'],
    [
      'with an inherited property name for a tier',
      '{"prompt":"a","minTier":"constructor"}',
      'minTier',
    ],
    [
      'with a __proto__ in metadata',
      '{"prompt":"a","metadata":{"__proto__":"v"}}',
      'metadata.__proto__',
    ],
    ['with a list for metadata', '{"prompt":"a","metadata":["b"]}', 'metadata'],
    ['with an empty metadata name', '{"prompt":"a","metadata":{"":"b"}}', 'metadata.'],
    ['with a blank system prompt', '{"prompt":"a","system":" "}', 'system'],
    [
      'with a PNG that says it is a JPEG',
      `{"messages":[{"role":"user","content":[{"image":{"format":"jpeg","source":{"bytes":"${PNG}"}}}]}]}`,
      'messages[0].content[0].image.source.bytes',
    ],
    [
      'with a document without text beside it',
      '{"messages":[{"role":"user","content":[{"document":{"name":"a","source":{"text":"a"}}}]}]}',
      'messages[0].content',
    ],
    ['with a model', '{"prompt":"a","modelId":"b"}', 'modelId'],
    [
      'with a lone surrogate in a message',
      '{"messages":[{"role":"user","content":"\\udc00"}]}',
      'messages[0].content',
    ],
  ])('%s gets 400 with the field and creates no job', async (_, body, field) => {
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

  test.each([null, 'hello', '{"prompt":"hel'])(
    'that is no JSON gets the words that the gateway uses: %j',
    async (body) => {
      const result = await call({ route: 'POST /jobs', body });

      expect(bodyOf(result).errors).toEqual([
        { field: 'body', detail: 'allowed is a JSON object in UTF-8' },
      ]);
    },
  );

  test('of half a million fields is refused before it is parsed', async () => {
    const fields = Array.from({ length: 563_144 }, (_, i) => `"${i.toString(36)}":0`);
    const cutOff = `{"prompt":"a","metadata":{${fields.join()}`;

    const result = await call({ route: 'POST /jobs', body: cutOff });

    expect(result.statusCode).toBe(400);
    expect(bodyOf(result).errors).toEqual([
      { field: 'body', detail: 'got too many values, allowed are at most 20000' },
    ]);
  });

  test('of 101 levels is refused before it is parsed', async () => {
    const result = await call({ route: 'POST /jobs', body: nested(100) });

    expect(bodyOf(result).errors).toEqual([
      { field: 'body', detail: 'got too many levels, allowed are at most 100' },
    ]);
  });

  test('is never quoted back', async () => {
    const result = await post({ prompt: ['my secret'], system: 7, whenOpen: 'my secret' });

    expect(result.statusCode).toBe(400);
    expect(result.body).not.toContain('my secret');
  });

  test('with 2,000 faults gets the first twenty', async () => {
    const messages = Array.from({ length: 1000 }, () => ({ role: 1, content: 2 }));

    expect(bodyOf(await post({ messages })).errors).toHaveLength(20);
  });

  test.each([
    ['bytes', 'x'.repeat(5 * 1024 * 1024)],
    ['characters of three bytes', '€'.repeat(2_000_000)],
  ])('of more than 5 MB in %s gets 413', async (_, prompt) => {
    const result = await post({ prompt });

    expect(result.statusCode).toBe(413);
    expect(bodyOf(result)).toMatchObject({
      type: 'urn:holdfast:problem:too-large',
      detail: expect.stringContaining('POST /v1/uploads'),
    });
    expect(world.jobs.rows.size).toBe(0);
  });

  test('of bytes that are not UTF-8 gets 400', async () => {
    const body = Buffer.concat([
      Buffer.from('{"prompt":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]).toString('base64');

    const result = await call({ route: 'POST /jobs', body, isBase64Encoded: true });

    expect(result.statusCode).toBe(400);
  });
});

describe('an unusual but valid body', () => {
  test.each([
    ['NUL', 'a\u0000b'],
    ['escape sequences', '\u001b]0;title\u0007'],
    ['joined emoji', '👩‍👩‍👧‍👦'],
    ['a change of direction', '\u202egnorw'],
    ['our own JSON', '{"status":"SUCCEEDED"}'],
  ])('with %s is stored unchanged', async (_, prompt) => {
    const { jobId } = bodyOf(await post({ prompt }));

    expect(await world.results.getPrompt(rowOf(world, jobId))).toEqual({
      messages: [userMessage(prompt)],
    });
  });

  test('in base64 is decoded', async () => {
    const body = Buffer.from('{"prompt":"hello"}').toString('base64');

    const result = await call({ route: 'POST /jobs', body, isBase64Encoded: true });

    expect(result.statusCode).toBe(202);
  });

  test('of just under 5 MB is accepted', async () => {
    const result = await post({ prompt: 'x'.repeat(5 * 1024 * 1024 - 20) });

    expect(result.statusCode).toBe(202);
  });
});

describe('bytes that are not text', () => {
  const encoded = (body: Buffer) =>
    call({ route: 'POST /jobs', body: body.toString('base64'), isBase64Encoded: true });

  test.each([
    ['compressed', gzipSync('{"prompt":"hello"}')],
    ['random', Buffer.from([0x80, 0xff, 0x00, 0xc0, 0xaf])],
    ['UTF-16', Buffer.from('{"prompt":"hello"}', 'utf16le')],
    ['none', Buffer.alloc(0)],
  ])('%s get 400', async (_, body) => {
    const result = await encoded(body);

    expect(result.statusCode).toBe(400);
    expect(fieldsOf(result)).toEqual(['body']);
  });

  test('with truncated base64 get 400', async () => {
    const body = Buffer.from('{"prompt":"hello"}').toString('base64').slice(0, -5);

    expect((await call({ route: 'POST /jobs', body, isBase64Encoded: true })).statusCode).toBe(400);
  });
});

describe('a header that the API ignores', () => {
  test.each([
    ['Prefer', 'respond-async; wait=100000'],
    ['Content-Type', 'text/plain'],
    ['Content-Type', ''],
    ['X-Forwarded-For', '127.0.0.1, ::1'],
    ['X-Forwarded-Host', 'evil.example'],
    ['Host', 'evil.example'],
    ['X-Amzn-Trace-Id', 'Root=../../x'],
  ])('%s: %s does not change the response', async (name, value) => {
    const result = await post({ prompt: 'hello' }, { headers: { [name]: [value] } });

    expect(result.statusCode).toBe(202);
    expect(result.body).not.toContain('evil');
    expect(result.headers?.location).toBe(`/v1/jobs/${bodyOf(result).jobId}`);
  });
});

describe('an unknown query parameter', () => {
  test.each(['POST /jobs', 'GET /health', 'DELETE /jobs/{id}', 'GET /jobs/{id}', 'GET /jobs'])(
    'of %s gets 400 with its name',
    async (route) => {
      const query = { debug: ['1'], ['x'.repeat(1000)]: ['2'] };

      const result = await call({ route, body: '{"prompt":"hello"}', query });

      expect(result.statusCode).toBe(400);
      expect(fieldsOf(result)).toEqual(['debug', 'x'.repeat(64)]);
      expect(world.jobs.rows.size).toBe(0);
    },
  );
});

describe('random input', () => {
  const isOurProblem = (result: Awaited<ReturnType<ApiCall>>) => {
    expect(result.statusCode).toBeGreaterThanOrEqual(400);
    expect(result.statusCode).toBeLessThan(500);
    expect(problemDetails.parse(bodyOf(result))).toEqual(bodyOf(result));
  };

  test('as a body creates a job if it has a prompt or messages, and otherwise gets a problem', async () => {
    const field = fc.constantFrom('prompt', 'messages', 'system', 'inferenceConfig', 'regions');
    const near = fc.dictionary(field, fc.jsonValue(), { maxKeys: 3 });
    const body = fc.oneof(
      fc.json(),
      near.map((value) => JSON.stringify(value)),
      fc.string(),
    );

    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const before = world.jobs.rows.size;
        const result = await call({ route: 'POST /jobs', body: text });

        const { prompt, messages } = result.statusCode === 202 ? JSON.parse(text) : {};
        if (result.statusCode !== 202) isOurProblem(result);
        else expect(typeof prompt === 'string' || Array.isArray(messages)).toBe(true);
        expect(world.jobs.rows.size - before).toBe(result.statusCode === 202 ? 1 : 0);
      }),
      { numRuns: 200 },
    );
  });

  test('in any place of a valid conversation creates a job or gets a problem', async () => {
    const place = fc.array(fc.nat(5), { minLength: 1, maxLength: 12 });
    const request = converseRequests('a.model');

    await fc.assert(
      fc.asyncProperty(request, place, fc.jsonValue(), async (valid, path, value) => {
        const { modelId: _, ...body } = asJson(valid) as Record<string, unknown>;
        const result = await call({
          route: 'POST /jobs',
          body: JSON.stringify(replacedAt(body, path, value)),
        });

        if (![202, 422].includes(result.statusCode)) isOurProblem(result);
        expect(result.statusCode).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
  });

  /** Replaces the value at a place; each number of the path selects a field or an item. */
  function replacedAt(value: unknown, [step, ...rest]: readonly number[], other: unknown): unknown {
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    const [key, inner] = entries[(step ?? 0) % entries.length] ?? [];
    if (step === undefined || key === undefined) return other;
    const replaced = replacedAt(inner, rest, other);
    if (Array.isArray(value)) return value.with(Number(key), replaced);
    return { ...(value as object), [key]: replaced };
  }

  test('as an id or a parameter finds no job and causes no failure', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 600 });
    const route = fc.constantFrom('GET /jobs/{id}', 'DELETE /jobs/{id}', 'GET /jobs');
    const name = fc.constantFrom('wait', 'limit', 'status', 'cursor', '__proto__', 'x');
    const query = fc.dictionary(name, fc.array(text, { minLength: 1, maxLength: 2 }), {
      minKeys: 1,
    });

    await fc.assert(
      fc.asyncProperty(route, text, query, async (path, id, parameters) => {
        const values = Object.fromEntries(Object.entries(parameters));
        const result = await call({ route: path, id, query: values });

        if (result.statusCode !== 200) isOurProblem(result);
        else expect(bodyOf(result)).toEqual({ jobs: [] });
      }),
      { numRuns: 200 },
    );
  });
});
