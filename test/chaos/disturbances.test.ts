import { afterEach, expect, test } from '@jest/globals';
import { type Loopback, listenOnLoopback } from '../../console/server/loopback.ts';
import { Disturbances, DYNAMODB, type Kind, SQS } from './disturbances.ts';

let server: Loopback | undefined;
afterEach(() => server?.close());

/** Starts a server that disturbs every call in this way. `done` holds the executed calls. */
async function aServer(kind: Kind, service: string) {
  const done: string[] = [];
  const disturbances = new Disturbances({ [service]: { [kind]: 1 } }, () => 0.5);
  server = await listenOnLoopback(0);
  server.serve(
    disturbances.wrap(async (request, response) => {
      for await (const chunk of request) done.push(String(chunk));
      response.writeHead(201, { 'x-from': 'aws' }).end('answer');
    }),
  );
  const { url } = server;
  const call = (name = service) =>
    fetch(url, { method: 'POST', headers: { 'x-amz-target': `${name}.Do` }, body: 'body' });
  return { disturbances, done, call };
}

test.each([
  ['throttled', DYNAMODB, 400, /ProvisionedThroughputExceededException/],
  ['failed', SQS, 503, /ServiceUnavailable/],
] as const)('a %s call is not carried out', async (kind, service, status, error) => {
  const { disturbances, done, call } = await aServer(kind, service);
  disturbances.start();

  const answer = await call();

  expect([answer.status, await answer.text()]).toEqual([status, expect.stringMatching(error)]);
  expect(done).toEqual([]);
  expect(disturbances.count(kind)).toBe(1);
});

test('a call whose response is lost is carried out', async () => {
  const { disturbances, done, call } = await aServer('response-lost', DYNAMODB);
  disturbances.start();

  await expect(call()).rejects.toThrow('fetch failed');

  expect(done).toEqual(['body']);
});

test('a doubled call is carried out twice and answered once', async () => {
  const { disturbances, done, call } = await aServer('doubled', SQS);
  disturbances.start();

  const answer = await call();

  expect([answer.status, answer.headers.get('x-from')]).toEqual([201, 'aws']);
  expect(done).toEqual(['body', 'body']);
});

test('nothing is disturbed before the start, after the stop, or at other services', async () => {
  const { disturbances, done, call } = await aServer('failed', SQS);

  await call();
  disturbances.start();
  await call(DYNAMODB);
  disturbances.stop();
  await call();

  expect(done).toHaveLength(3);
  expect(disturbances.count('failed')).toBe(0);
});
