import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OPERATOR, verifySignature } from '../../../local/rest-api/signature.ts';
import { type SignedRequest, signedHeaders } from '../../support/signed-headers.ts';

const PATHS = [
  '/v1/admin/health',
  '/v1/admin/overrides/target/us-east-1%2Fus.anthropic.claude-sonnet-4-5-20250929-v1%3A0',
  '/v1/admin/overrides/target/us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  "/v1/admin/disabled/a%20b%252Fc!'()*",
  '/v1/admin/health?b=2&a=x%20y&a=%2F&empty=',
  '/',
];
const BODY = '{"mode":"force-open","reason":"dröll"}';

const clock = { nowMs: Date.now() };
/** Verifies the signature of every request at the time of `clock`. */
const server = createServer(async (request, response) => {
  const signer = verifySignature(request, await buffer(request), clock.nowMs);
  response.end(typeof signer === 'string' ? signer : signer.userArn);
});
let host: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

type Options = Partial<Omit<SignedRequest, 'url'>> & { readonly path?: string };

const signed = ({
  path = '/v1/admin/health',
  method = 'PUT',
  body = BODY,
  ...rest
}: Options = {}) =>
  signedHeaders({ url: `http://${host}${path}`, method, body, at: new Date(clock.nowMs), ...rest });

async function send(headers: Record<string, string>, options: Options = {}): Promise<string> {
  const { method = 'PUT', path = '/v1/admin/health', body = BODY } = options;
  const response = await fetch(`http://${host}${path}`, { method, headers, body });
  return response.text();
}

describe('a signature by the AWS SDK', () => {
  test.each(PATHS)('identifies the operator, for %s', async (path) => {
    expect(await send(await signed({ path }), { path })).toBe(OPERATOR.userArn);
  });

  test('is valid for five minutes before and after its time', async () => {
    const minutes = (count: number) => ({ at: new Date(clock.nowMs - count * 60_000) });

    expect(await send(await signed(minutes(4.9)))).toBe(OPERATOR.userArn);
    expect(await send(await signed(minutes(-4.9)))).toBe(OPERATOR.userArn);
    expect(await send(await signed(minutes(5.1)))).toBe('INVALID_SIGNATURE');
    expect(await send(await signed(minutes(-5.1)))).toBe('INVALID_SIGNATURE');
  });

  test.each<[string, Options]>([
    ['another secret', { secretAccessKey: 'another' }],
    ['another key', { accessKeyId: 'somebody' }],
    ['another region', { region: 'eu-west-1' }],
    ['another service', { service: 'sqs' }],
  ])('is invalid with %s', async (_difference, options) => {
    expect(await send(await signed(options))).toBe('INVALID_SIGNATURE');
  });

  test.each<[string, Options]>([
    ['method', { method: 'DELETE' }],
    ['path', { path: '/v1/admin/redrive' }],
    ['query', { path: '/v1/admin/health?x=1' }],
    ['body', { body: '{}' }],
  ])('is invalid for a request with another %s', async (_difference, sent) => {
    expect(await send(await signed(), sent)).toBe('INVALID_SIGNATURE');
  });

  test('for one path is invalid for the path that is encoded once more', async () => {
    const headers = await signed({ path: '/v1/admin/disabled/a%2Fb' });

    expect(await send(headers, { path: '/v1/admin/disabled/a%252Fb' })).toBe('INVALID_SIGNATURE');
  });

  test('is invalid if a signed header was changed', async () => {
    const headers = { ...(await signed()), 'content-type': 'text/plain' };

    expect(await send(headers)).toBe('INVALID_SIGNATURE');
  });

  test.each([
    'Basic bG9jYWwtYWRtaW4=',
    'AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=',
    'AWS4-HMAC-SHA256 nonsense',
    'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=ä',
  ])('is invalid if it reads %s', async (authorization) => {
    const { 'x-amz-date': date = '' } = await signed();

    expect(await send({ 'x-amz-date': date, authorization })).toBe('INVALID_SIGNATURE');
  });
});

test('a request without a signature is refused', async () => {
  expect(await send({})).toBe('MISSING_AUTHENTICATION_TOKEN');
});

const hasCurl = await curlSigns();

describe('a signature by curl (7.75 or newer)', () => {
  const curl = async (...args: string[]) => {
    const user = `${OPERATOR.accessKeyId}:${OPERATOR.secretAccessKey}`;
    const signing = ['--aws-sigv4', 'aws:amz:us-east-1:execute-api', '--user', user];
    const { stdout } = await promisify(execFile)('curl', ['-s', '-g', ...signing, ...args]);
    return stdout;
  };
  // Older versions of curl encode a query differently, and sign an encoded `%` in another way than AWS.
  const paths = PATHS.filter((path) => !/[?']|%25/.test(path));

  const testIfCurlSigns = hasCurl ? test : test.skip;
  testIfCurlSigns.each(paths)('identifies the operator, for %s', async (path) => {
    clock.nowMs = Date.now();

    const json = ['-H', 'content-type: application/json', '-d', BODY];
    expect(await curl('-X', 'PUT', ...json, `http://${host}${path}`)).toBe(OPERATOR.userArn);
    expect(await curl(`http://${host}${path}`)).toBe(OPERATOR.userArn);
  });
});

async function curlSigns(): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('curl', ['--version']);
    const [, major = 0, minor = 0] = /^curl (\d+)\.(\d+)/.exec(stdout)?.map(Number) ?? [];
    return major * 1000 + minor >= 7_075;
  } catch {
    return false;
  }
}
