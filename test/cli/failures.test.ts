import { describe, expect, test } from '@jest/globals';
import { EXIT } from '../../cli/exit-codes.ts';
import '../support/errors-of-one-realm.ts';
import { answering, holdfast, json, RUN } from './fake-world.ts';

const JOB = '0123456789abcdef0123456789abcdef';
const FORBIDDEN = { type: 'urn:holdfast:problem:forbidden', title: 'Refused', status: 403 };

describe('finding the instance', () => {
  test('says where it looked if there is none', async () => {
    const { exit, stdout, stderr } = await holdfast(['list', '--json']);

    expect(stderr).toContain('--stack NAME: not given');
    expect(stderr).toContain('--url URL and HOLDFAST_URL: not given');
    expect(stderr).toContain('none has announced itself in /tmp');
    expect(stderr).toMatch(/^Start one with `npm start`/m);
    expect(stdout).toBe('');
    expect(exit).toBe(EXIT.unreachable);
  });

  test('sends the key of the environment to the address of the environment', async () => {
    const api = answering(json({ jobs: [] }));
    const env = { HOLDFAST_URL: 'https://api.example/v1', HOLDFAST_API_KEY: 'secret' };

    await holdfast(['list'], { env, run: RUN, fetch: api.fetch });

    expect(api.requests[0]?.url).toBe('https://api.example/v1/jobs?limit=20');
    expect(api.requests[0]?.headers.get('x-api-key')).toBe('secret');
  });

  test('sends a key of another instance never to the embedded run', async () => {
    const api = answering(json({ jobs: [] }));

    await holdfast(['list'], { env: { HOLDFAST_API_KEY: 'secret' }, run: RUN, fetch: api.fetch });

    expect(api.requests[0]?.headers.get('x-api-key')).toBe('first-key');
  });

  test.each([
    [
      ['list', '--url', 'here'],
      EXIT.usage,
      /^--url or HOLDFAST_URL: got here, allowed is an address/,
    ],
    [
      ['list', '--url', 'https://a.example'],
      EXIT.refused,
      /^There is no API key for .*HOLDFAST_API_KEY/,
    ],
    [['list', '--profile', 'team'], EXIT.usage, /^--profile: got team, allowed is none without/],
    [
      ['settings', 'get', '--url', 'https://a.example'],
      EXIT.usage,
      /name the stack with --stack$/m,
    ],
  ])('%j is refused with what to do', async (args, code, message) => {
    const { exit, stderr } = await holdfast(args, { run: RUN });

    expect(stderr).toMatch(message);
    expect(exit).toBe(code);
  });
});

describe('a failed request', () => {
  test.each([
    ['a wrong key', json(FORBIDDEN, 403), EXIT.refused, /check the API key in HOLDFAST_API_KEY/],
    [
      'an unknown job',
      json({ title: 'No job', status: 404 }, 404),
      EXIT.notFound,
      /^No job: check the id/,
    ],
    ['a job that has ended', json({ title: 'Ended' }, 409), EXIT.rejected, /^Ended\n$/],
    ['too many requests', json({ title: 'Too many' }, 429), EXIT.unreachable, /try again later/],
    [
      'a failure of the service',
      json({ title: 'Broken', requestId: 'r-1' }, 500),
      EXIT.unreachable,
      /^Broken \(request r-1\)\n$/,
    ],
    [
      'a lost connection',
      new TypeError('fetch failed'),
      EXIT.unreachable,
      /^no response from http.*: check the address/,
    ],
    [
      'an answer that controls the terminal',
      json({ title: 'No\u001b]0;title\u0007\u001b[2Kjob\nfake line' }, 404),
      EXIT.notFound,
      /^Nojob\\u000afake line: /,
    ],
  ])(
    '%s has an exit code and a line that says what to do',
    async (_name, answer, code, message) => {
      const api = answering(answer);
      const { exit, stdout, stderr } = await holdfast(['cancel', JOB], {
        run: RUN,
        fetch: api.fetch,
      });

      expect(stderr).toMatch(message);
      expect(stdout).toBe('');
      expect(exit).toBe(code);
    },
  );

  test('lists the fields that are at fault', async () => {
    const errors = [{ field: 'chain', detail: 'got an unknown chain, allowed is one of default' }];
    const api = answering(json({ title: 'The request is not valid', errors }, 400));

    const { exit, stderr } = await holdfast(['submit', 'hi'], { run: RUN, fetch: api.fetch });

    expect(stderr).toBe(
      'The request is not valid\n  chain: got an unknown chain, allowed is one of default\n',
    );
    expect(exit).toBe(EXIT.rejected);
  });

  test.each([
    ['ExpiredTokenException', /have expired: log in again/],
    ['InvalidSignatureException', /the secret key is wrong/],
    ['AccessDeniedException', /lacks the right execute-api:Invoke/],
    ['', /wrong or have expired, or lack the right/],
  ])('of an operator says why it was refused: %s', async (type, message) => {
    const api = answering(json(FORBIDDEN, 403, { 'x-amzn-errortype': type }));

    const { exit, stderr } = await holdfast(['list', '--all'], { run: RUN, fetch: api.fetch });

    expect(stderr).toMatch(message);
    expect(exit).toBe(EXIT.refused);
  });
});

describe('a request that is not valid', () => {
  test.each([
    [['submit'], '', /^prompt: got none of PROMPT and --file/],
    [['submit', 'a', '-f', '-'], '{}', /^prompt: got both of PROMPT and --file/],
    [['submit', '-f', '-'], 'no json', /^stdin: got no JSON object/],
    [['submit', '-f', '-'], '[1]', /^stdin: got no JSON object/],
    [['submit', '-f', '/absent.json'], '', /^\/absent\.json: cannot be read \(ENOENT\)$/m],
    [['submit', 'a', '--timeout', '5s'], '', /^--timeout: got one without --wait/],
    [['get', JOB, '--content'], '', /^--content: got one without --as-operator/],
    [['list', '--filter', 'waiting'], '', /^--filter: got one without --all or --tenant/],
    [['redrive'], '', /^redrive: got neither --yes nor --dry-run nor a job/],
    [['purge', JOB], '', /^purge: got no --yes/],
    [
      ['console', '--port', '70000'],
      '',
      /^--port: got 70000, allowed is a whole number from 0 to 65535/,
    ],
  ])('%j is refused in one line before any request', async (args, input, message) => {
    const { exit, stdout, stderr } = await holdfast(args, { run: RUN, input });

    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(exit).toBe(EXIT.usage);
  });
});
