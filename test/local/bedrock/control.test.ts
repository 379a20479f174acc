import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeBedrock, startFakeBedrock } from '../../../local/bedrock/fake-bedrock.ts';
import { aClient, aConverse, errorOf } from './sdk-client.ts';

let fake: FakeBedrock;
beforeAll(async () => {
  fake = await startFakeBedrock({ latency: { medianMs: 1, sigma: 0, msPerOutputToken: 0 } });
});
afterAll(() => fake.stop());
beforeEach(() => ask('POST', 'reset'));

async function ask(method: string, path: string, body?: unknown) {
  const response = await fetch(`${fake.url}/_control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const rulesSet = async () =>
  (await ask('GET', 'faults')).body.faults.map(({ rule }: { rule: unknown }) => rule);

test('POST adds faults, PUT replaces them, DELETE clears one or all', async () => {
  const throttle = { fault: 'throttle-minute', model: '*sonnet*' };
  const brownout = { fault: 'unavailable', probability: 0.3 };

  const { body } = await ask('POST', 'faults', throttle);
  await ask('POST', 'faults', [brownout]);
  expect(await rulesSet()).toEqual([throttle, brownout]);

  expect((await ask('DELETE', `faults/${body.ids[0]}`)).status).toBe(204);
  expect(await rulesSet()).toEqual([brownout]);
  expect((await ask('DELETE', `faults/${body.ids[0]}`)).status).toBe(404);

  await ask('PUT', 'faults', throttle);
  expect(await rulesSet()).toEqual([throttle]);

  expect((await ask('DELETE', 'faults')).status).toBe(204);
  expect(await rulesSet()).toEqual([]);
});

test('a fault set by control fails the next call', async () => {
  await ask('POST', 'faults', { fault: 'throttle-day' });

  const error = await errorOf(aClient(fake.url).send(aConverse()));

  expect(error.name).toBe('ThrottlingException');
});

test('calls and statistics can be read, and reset empties both', async () => {
  await aClient(fake.url).send(aConverse());

  expect((await ask('GET', 'calls?outcome=answered')).body.calls).toHaveLength(1);
  expect((await ask('GET', 'calls?region=eu-*')).body.calls).toEqual([]);
  expect((await ask('GET', 'statistics')).body.targets).toMatchObject([{ calls: 1 }]);
  await ask('POST', 'reset');
  expect((await ask('GET', 'calls')).body.calls).toEqual([]);
});

describe('what cannot be used is refused by name, and changes nothing', () => {
  test.each([
    [{ fault: 'meteor' }, /^fault: got "meteor", allowed is one of throttle-minute, /],
    [{}, /^fault: got nothing, allowed is one of throttle-minute/],
    [{ fault: 'slow' }, /^factor: got nothing, allowed is a number above 0$/],
    [{ fault: 'slow', factor: -1 }, /^factor: got -1, allowed is a number above 0$/],
    [{ fault: 'hang', probability: 2 }, /^probability: got 2, allowed is above 0 and at most 1$/],
    [{ fault: 'hang', colour: 'red' }, /^colour: no such field$/],
    [{ fault: 'reply', status: 99 }, /^status: got 99, allowed is at least 200$/],
    [{ fault: 'quota' }, /^requestsPerMinute: got nothing, allowed is /],
    [[{ fault: 'hang' }, { fault: 'hang', forSeconds: 0 }], /^\[1\].forSeconds: got 0/],
    ['hang', /got "hang"/],
  ])('%j', async (rule, message) => {
    const { status, body } = await ask('POST', 'faults', rule);

    expect(status).toBe(400);
    expect(body.message).toMatch(message);
    expect(await rulesSet()).toEqual([]);
  });

  test('a body that is not JSON', async () => {
    const response = await fetch(`${fake.url}/_control/faults`, { method: 'PUT', body: 'hang' });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: expect.stringMatching(/no JSON/) });
  });

  test('an unknown filter', async () => {
    expect((await ask('GET', 'calls?regoin=x')).body.message).toMatch(/^regoin: no such filter/);
  });

  test('an unknown path', async () => {
    expect((await ask('GET', 'fautls')).status).toBe(404);
  });
});

test.each([{ host: 'evil.example' }, { origin: 'https://evil.example' }])(
  'a page of another site cannot use it: %j',
  async (headers) => {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(fake.url);
      const asked = request(
        { port, host: '127.0.0.1', path: '/_control/faults', method: 'DELETE', headers },
        (response) => resolve(response.resume().statusCode),
      );
      asked.on('error', reject).end();
    });

    expect(status).toBe(403);
  },
);
