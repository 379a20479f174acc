import { describe, expect, test } from '@jest/globals';
import { explainFailure, failureKind } from '../../console/server/failure.ts';
import { readHealth } from '../../console/server/health.ts';
import '../support/errors-of-one-realm.ts';
import { someHealth } from './instance.ts';

const API = 'https://api.example/v1';

async function read(response: Response | Error): Promise<unknown> {
  const send: typeof fetch = async () => {
    if (response instanceof Error) throw response;
    return response;
  };
  return readHealth(API, send, new AbortController().signal);
}

async function explained(response: Response | Error): Promise<[kind: string, line: string]> {
  const error = await read(response).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return [failureKind(error), explainFailure(error, 'execute-api:Invoke')];
}

function refusal(status: number, type?: string): Response {
  return new Response('{}', { status, headers: type ? { 'x-amzn-errortype': type } : {} });
}

describe('a read of the health', () => {
  test('returns what the API says', async () => {
    expect(await read(Response.json(someHealth()))).toEqual(someHealth());
  });

  test.each([
    [
      'expired credentials',
      refusal(403, 'ExpiredTokenException'),
      'refused',
      'no valid credentials (ExpiredTokenException): log in again with `aws sso login`, or choose a profile',
    ],
    [
      'a missing right',
      refusal(403, 'AccessDeniedException:http://internal.amazon.com/'),
      'refused',
      'your user or role lacks the right execute-api:Invoke (AccessDeniedException)',
    ],
    [
      'a refusal without a type',
      refusal(403),
      'refused',
      'your user or role lacks the right execute-api:Invoke (HTTP 403)',
    ],
    ['an error of the API', refusal(500), 'unreachable', 'execute-api:Invoke failed with HTTP 500'],
    [
      'an unknown host',
      new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }),
      'unreachable',
      'not reachable (ENOTFOUND)',
    ],
    [
      'a stack of another version',
      Response.json({ ...someHealth(), overrides: undefined }),
      'unreachable',
      'the stack has another version of Holdfast, whose health this console does not know (overrides); use the version that deployed it',
    ],
  ])('explains %s in one line', async (_, response, kind, line) => {
    expect(await explained(response)).toEqual([kind, line]);
  });
});
