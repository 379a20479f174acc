import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeBedrock, startFakeBedrock } from '../../../local/bedrock/fake-bedrock.ts';
import { aClient, aConverse, errorOf } from './sdk-client.ts';

type FieldSchemas = Readonly<Record<string, { readonly type?: string; readonly unit?: string }>>;

let fake: FakeBedrock;
beforeAll(async () => {
  fake = await startFakeBedrock();
});
afterAll(() => fake.stop());
beforeEach(() => send('POST', 'reset'));

async function send(method: string, path: string, body?: unknown) {
  const response = await fetch(`${fake.url}/_control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const rulesInForce = async () =>
  (await send('GET', 'faults')).body.faults.map(({ rule }: { rule: unknown }) => rule);

test('POST adds faults, PUT replaces them, DELETE clears one or all', async () => {
  const throttle = { fault: 'throttle-minute', model: '*sonnet*' };
  const brownout = { fault: 'unavailable', probability: 0.3 };

  const { body } = await send('POST', 'faults', throttle);
  await send('POST', 'faults', [brownout]);
  expect(await rulesInForce()).toEqual([throttle, brownout]);

  expect((await send('DELETE', `faults/${body.ids[0]}`)).status).toBe(204);
  expect(await rulesInForce()).toEqual([brownout]);
  expect((await send('DELETE', `faults/${body.ids[0]}`)).status).toBe(404);

  await send('PUT', 'faults', throttle);
  expect(await rulesInForce()).toEqual([throttle]);

  expect((await send('DELETE', 'faults')).status).toBe(204);
  expect(await rulesInForce()).toEqual([]);
});

describe('GET /_control describes', () => {
  test.each(['', '/'])('its routes, with the path ending in "%s"', async (end) => {
    const response = await fetch(`${fake.url}/_control${end}`);

    expect(await response.json()).toMatchObject({
      routes: expect.arrayContaining([
        { route: 'DELETE /_control/faults', does: 'Clears all faults.' },
      ]),
    });
  });

  test('the seed of what it draws', async () => {
    expect((await send('GET', '')).body.seed).toBe(1);
  });

  test('every fault, with a required field, a unit and a range', async () => {
    const { body } = await send('GET', '');
    const byName = Object.fromEntries(
      body.faults.map((each: { fault: string }) => [each.fault, each]),
    );

    expect(Object.keys(byName)).toEqual(expect.arrayContaining(['hang', 'quota', 'throttle-day']));
    expect(byName['throttle-day']).toMatchObject({
      effect: expect.stringMatching(/^HTTP 429 ThrottlingException: Too many tokens per day/),
      fields: {},
      required: [],
    });
    expect(byName.slow).toMatchObject({
      fields: { factor: { type: 'number', exclusiveMinimum: 0, unit: 'times' } },
      required: ['factor'],
    });
    expect(byName['long-answer']).toMatchObject({
      fields: { tokens: { type: 'integer', minimum: 1, unit: 'tokens' } },
      required: ['tokens'],
    });
    expect(byName.stall).toMatchObject({
      fields: { afterTokens: { type: 'integer', minimum: 0, unit: 'tokens' } },
      required: [],
    });
    expect(byName['stream-error']).toMatchObject({
      fields: { afterTokens: {}, error: { enum: expect.arrayContaining(['throttlingException']) } },
      required: [],
    });
    expect(byName.reply).toMatchObject({
      fields: { status: { minimum: 200, maximum: 599 }, headers: {}, body: {} },
      required: ['status'],
    });
  });

  test('every field of every fault, and a unit of every number except a status', async () => {
    const { body } = await send('GET', '');
    const own = body.faults.map(({ fields }: { fields: FieldSchemas }) => fields);
    const fields = [body.fields, ...own].flatMap((each: FieldSchemas) => Object.entries(each));

    expect(Object.keys(body.fields)).toHaveLength(7);
    for (const [name, field] of fields) {
      expect([name, field]).toEqual([
        name,
        expect.objectContaining({ description: expect.any(String) }),
      ]);
      if (name !== 'status' && ['number', 'integer'].includes(field.type ?? ''))
        expect(field.unit).toEqual(expect.any(String));
    }
  });

  test('presets that can be set as they are', async () => {
    const { presets, example } = (await send('GET', '')).body;

    expect(presets).toHaveLength(10);
    for (const { rules } of [...presets, { rules: [example] }]) {
      expect((await send('PUT', 'faults', rules)).status).toBe(200);
      expect(await rulesInForce()).toEqual(rules);
    }
  });
});

test('a fault that is set fails the next call', async () => {
  await send('POST', 'faults', { fault: 'throttle-day' });

  const error = await errorOf(aClient(fake.url).send(aConverse()));

  expect(error.name).toBe('ThrottlingException');
});

test('shows calls and statistics, and reset empties both', async () => {
  await aClient(fake.url).send(aConverse());

  expect((await send('GET', 'calls?outcome=answered')).body.calls).toHaveLength(1);
  expect((await send('GET', 'calls?region=eu-*')).body.calls).toEqual([]);
  expect((await send('GET', 'statistics')).body.targets).toMatchObject([{ calls: 1 }]);
  await send('POST', 'reset');
  expect((await send('GET', 'calls')).body.calls).toEqual([]);
});

describe('names the field, the value and what is allowed, and changes nothing, for', () => {
  test.each([
    [{ fault: 'meteor' }, /^fault: got "meteor", allowed is one of throttle-minute, /],
    [{}, /^fault: got nothing, allowed is one of throttle-minute/],
    [{ fault: 'slow' }, /^factor: got nothing, allowed is a number above 0; GET/],
    [{ fault: 'slow', factor: -1 }, /^factor: got -1, allowed is a number above 0; GET/],
    [
      { fault: 'hang', probability: 2 },
      /^probability: got 2, allowed is a number above 0 and at most 1; GET/,
    ],
    [
      { fault: 'hang', colour: 'red' },
      /^colour: got "red", no such field in this rule, allowed are fault, operation, region, /,
    ],
    [
      { fault: 'reply', status: 99 },
      /^status: got 99, allowed is an HTTP status from 200 to 599; GET/,
    ],
    [
      { fault: 'stream-error', error: 'hang' },
      /^error: got "hang", allowed is one of modelStreamErrorException, /,
    ],
    [
      { fault: 'stall', afterTokens: 1.5 },
      /^afterTokens: got 1.5, allowed is a whole number of tokens, at least 0; GET/,
    ],
    [
      { fault: 'long-answer' },
      /^tokens: got nothing, allowed is a whole number of tokens, at least 1; GET/,
    ],
    [{ fault: 'quota' }, /^requestsPerMinute: got nothing, allowed is /],
    [
      [{ fault: 'hang' }, { fault: 'hang', forSeconds: 0 }],
      /^\[1\].forSeconds: got 0, allowed is a number of seconds above 0/,
    ],
    ['hang', /^rule: got "hang", allowed is an object such as /],
  ])('%j', async (rule, message) => {
    const { status, body } = await send('POST', 'faults', rule);

    expect(status).toBe(400);
    expect(body.message).toMatch(message);
    expect(await rulesInForce()).toEqual([]);
  });

  test('a body that is not JSON', async () => {
    const response = await fetch(`${fake.url}/_control/faults`, { method: 'PUT', body: 'hang' });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      message: expect.stringMatching(/"hang" is not valid JSON; allowed is a rule/),
    });
  });

  test('an unknown filter', async () => {
    expect((await send('GET', 'calls?regoin=x')).body.message).toMatch(/^regoin: no such filter/);
  });

  test('an unknown path', async () => {
    const { status, body } = await send('GET', 'fautls');

    expect(status).toBe(404);
    expect(body.message).toMatch(/GET \/_control lists the routes$/);
  });
});

test.each([{ host: 'evil.example' }, { origin: 'https://evil.example' }])(
  'refuses a page of another site: %j',
  async (headers) => {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(fake.url);
      const sent = request(
        { port, host: '127.0.0.1', path: '/_control/faults', method: 'DELETE', headers },
        (response) => resolve(response.resume().statusCode),
      );
      sent.on('error', reject).end();
    });

    expect(status).toBe(403);
  },
);
