import { describe, expect, test } from '@jest/globals';
import { type ErrorFacts, failureOf } from '../../../lambda/core/router/failure.ts';

const NOW_MS = Date.parse('2026-11-23T12:00:00Z');

function failure(facts: Partial<ErrorFacts>) {
  return failureOf({ name: 'Error', message: '', ...facts }, NOW_MS);
}

describe('an error is classified', () => {
  test('by its name before its status: an error inside a stream arrives with 200', () => {
    expect(failure({ name: 'ThrottlingException', status: 200 }).kind).toBe('quota-minute');
    expect(failure({ name: 'ModelStreamErrorException', status: 200 }).kind).toBe('model-error');
  });

  test.each([
    ['ThrottlingException', 'quota-minute'],
    ['ModelNotReadyException', 'capacity'],
    ['ServiceUnavailableException', 'capacity'],
    ['InternalServerException', 'fault'],
    ['InternalFailure', 'fault'],
    ['ModelTimeoutException', 'timeout'],
    ['ModelErrorException', 'model-error'],
    ['ModelStreamErrorException', 'model-error'],
    ['ValidationException', 'job'],
    ['AccessDeniedException', 'config'],
    ['ResourceNotFoundException', 'config'],
    ['ServiceQuotaExceededException', 'config'],
    ['ConflictException', 'config'],
    ['FTUFormNotFilled', 'config'],
    ['IncompleteSignature', 'config'],
    ['InvalidSignatureException', 'config'],
    ['ExpiredTokenException', 'config'],
    ['UnrecognizedClientException', 'config'],
    ['MissingAuthenticationTokenException', 'config'],
    ['CredentialsProviderError', 'config'],
  ])('by its name: %s = %s', (name, kind) => {
    expect(failure({ name, message: 'Some text.' })).toMatchObject({ kind, name });
    expect(failure({ name })).not.toHaveProperty('unknown');
  });

  test.each([
    [400, 'job'],
    [401, 'config'],
    [403, 'config'],
    [404, 'config'],
    [408, 'timeout'],
    [410, 'config'],
    [413, 'job'],
    [422, 'job'],
    [424, 'model-error'],
    [429, 'quota-minute'],
    [500, 'fault'],
    [502, 'fault'],
    [503, 'capacity'],
    [504, 'timeout'],
    [529, 'capacity'],
  ])('by its status if its name is unknown: %i = %s', (status, kind) => {
    expect(failure({ name: 'Unknown', status })).toStrictEqual({ kind, name: 'Unknown', status });
  });

  test.each([200, 302, 418, 499])('as unknown if its status tells nothing: %i', (status) => {
    expect(failure({ name: 'Unknown', status })).toMatchObject({ kind: 'fault', unknown: true });
  });

  test('by its code if its status tells nothing', () => {
    expect(failure({ name: 'Unknown', status: 200, code: 'ECONNRESET' }).kind).toBe('network');
  });

  test.each([
    'ECONNRESET',
    'ECONNREFUSED',
    'ECONNABORTED',
    'EPIPE',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ERR_HTTP2_STREAM_ERROR',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_STREAM_PREMATURE_CLOSE',
    'ERR_SOCKET_CLOSED',
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'HPE_INVALID_CONSTANT',
  ])('by its code %s, or that of its cause, if there was no response', (code) => {
    expect(failure({ code })).toStrictEqual({ kind: 'network', name: 'Error' });
    expect(failure({ causeCode: code }).kind).toBe('network');
    expect(failure({ code: 'ERR_OTHER', causeCode: code }).kind).toBe('network');
  });

  test.each(['AN_ECONNRESET', 'ECONNRESET_2', 'EAI_', 'ERR_INVALID_ARG_TYPE', 'ERR_TLS', 'ENOENT'])(
    'as unknown if its code is not about the network: %s',
    (code) => {
      expect(failure({ code })).toMatchObject({ kind: 'fault', unknown: true });
    },
  );

  test('by its code even if the SDK calls it a timeout', () => {
    expect(failure({ name: 'TimeoutError', code: 'ECONNRESET' }).kind).toBe('network');
    expect(failure({ name: 'TimeoutError' }).kind).toBe('timeout');
  });

  test('as an unknown fault otherwise, whatever its name', () => {
    for (const name of ['Error', 'Unknown', 'constructor', '__proto__', 'toString']) {
      expect(failure({ name })).toEqual({ kind: 'fault', name, unknown: true });
    }
  });
});

describe('an error about a guardrail', () => {
  test.each([
    [
      'ValidationException',
      'The guardrail identifier or version provided in the request does not exist.',
    ],
    ['ResourceNotFoundException', 'The guardrail was not found.'],
    ['ResourceNotFoundException', 'Guardrail was not found.'],
    [
      'AccessDeniedException',
      'User: arn:aws:sts::111122223333:assumed-role/w/w is not authorized to perform: bedrock:ApplyGuardrail on resource: arn:aws:bedrock:us-east-1:111122223333:guardrail/abc',
    ],
  ])('in a %s belongs to the job, and disables no target', (name, message) => {
    expect(failure({ name, message })).toMatchObject({ kind: 'job', lacksGuardrail: true });
    expect(failure({ name, message: `> ${message}` })).not.toHaveProperty('lacksGuardrail');
  });
});

test('a point of the prompt cache that a model does not have belongs to the job, and disables no target', () => {
  const message =
    'You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.';

  expect(failure({ name: 'AccessDeniedException', message }).kind).toBe('job');
  expect(failure({ name: 'AccessDeniedException', message: `> ${message}` }).kind).toBe('config');
});

describe('an error message', () => {
  test('is matched only at its start, and only in the exceptions that carry the text', () => {
    const message = 'Too many tokens per day, please wait before trying again.';
    expect(failure({ name: 'ThrottlingException', message }).kind).toBe('quota-day');
    expect(failure({ name: 'ThrottlingException', message: `> ${message}` }).kind).toBe(
      'quota-minute',
    );
  });

  test.each([
    ['ValidationException', 'job'],
    ['ServiceUnavailableException', 'capacity'],
    ['InternalServerException', 'fault'],
  ])('about quotas changes nothing in a %s', (name, kind) => {
    expect(failure({ name, message: 'Too many tokens per day, please wait' }).kind).toBe(kind);
  });

  test.each([
    'Invocation of model ID anthropic.claude-sonnet-4-6 with on-demand throughput isn’t supported.',
    'The provided model identifier is invalid.',
    'This model version has reached the end of its life. Please refer to the documentation.',
    'Operation not allowed',
  ])('of a validation error means a wrong target: %s', (message) => {
    expect(failure({ name: 'ValidationException', message }).kind).toBe('config');
    const quoted = `The prompt "${message}" is not valid`;
    expect(failure({ name: 'ValidationException', message: quoted }).kind).toBe('job');
  });

  test.each([
    ['ValidationException', 'Access denied. This Model is marked by provider as Legacy', 'config'],
    ['ThrottlingException', 'Too many connections', 'capacity'],
    ['ThrottlingException', 'TOO MANY CONNECTIONS', 'capacity'],
    ['TimeoutError', 'Unexpected error: http2 request did not get a response', 'network'],
    [
      'TimeoutError',
      '@smithy/node-http-handler - the request socket did not establish a connection',
      'network',
    ],
  ])('of a %s tells what happened: %s', (name, message, kind) => {
    const plain = failure({ name, message: 'Some text.' });

    expect(failure({ name, message })).toEqual({ kind, name });
    expect(failure({ name, message: `> ${message}` }).kind).toBe(plain.kind);
    expect(failure({ name, message: `${message}s` }).kind).toBe(plain.kind);
  });

  test('that begins with the name of a model may name any model', () => {
    const message = 'Invocation of model ID a with on-demand throughput isn’t supported.';
    expect(failure({ name: 'ValidationException', message }).kind).toBe('config');
  });

  test.each([
    'Input is too long for requested model.',
    'The model returned the following errors: prompt is too long: 200049 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000',
  ])('of a validation error is about length: %s', (message) => {
    expect(failure({ name: 'ValidationException', message })).toMatchObject({
      kind: 'job',
      tooLong: true,
    });
    const quoted = failure({ name: 'ValidationException', message: `The prompt "${message}"` });
    expect(quoted).not.toHaveProperty('tooLong');
  });

  test.each([
    ['AccessDeniedException', 'Model access is denied due to IAM user or service', 'subscription'],
    ['AccessDeniedException', 'Model access is denied due to INVALID_PAYMENT_INST', 'subscription'],
    [
      'ResourceNotFoundException',
      'Model use case details have not been submitted',
      'use-case-form',
    ],
    [
      'ValidationException',
      'The model returned the following errors: You have not filled out the required use-case form',
      'use-case-form',
    ],
  ])('of an account that is new to a model says what it lacks: %s, %s', (name, text, lacks) => {
    for (const message of [text, text.toUpperCase()]) {
      expect(failure({ name, message })).toEqual({ kind: 'config', name, accountLacks: lacks });
    }
    const quoted = failure({ name, message: `The prompt "${text}" is not valid` });
    expect(quoted).not.toHaveProperty('accountLacks');
  });

  test('of a refusal is its detail', () => {
    const message = 'the prompt was: secret';
    expect(failure({ name: 'ValidationException', message })).toMatchObject({ detail: message });
    expect(failure({ name: 'ValidationException', message: '' })).not.toHaveProperty('detail');
  });

  test('is cut to 2 KB, but never inside a character', () => {
    const message = `${'x'.repeat(2046)}€`;
    expect(failure({ name: 'ValidationException', message }).detail).toBe('x'.repeat(2046));
    expect(failure({ name: 'ValidationException', message: 'x€' }).detail).toBe('x€');
  });

  test.each([
    ['ThrottlingException', 429],
    ['InternalServerException', 500],
    ['AccessDeniedException', 403],
    ['SyntaxError', 400],
  ])('of any other error is never part of the failure: %s', (name, status) => {
    const secret = failure({ name, status, message: 'the prompt was: secret' });
    expect(JSON.stringify(secret)).not.toContain('secret');
  });

  test('of a validation error about the target is not part of it either', () => {
    const message = 'The provided model identifier is invalid.';
    expect(failure({ name: 'ValidationException', message })).not.toHaveProperty('detail');
  });
});

describe('a retry hint', () => {
  const throttled = { name: 'ThrottlingException', status: 429 };

  test.each([
    [{ retryAfter: '120' }, 120_000],
    [{ retryAfter: 'Mon, 23 Nov 2026 12:01:30 GMT' }, 90_000],
    [{ retryAfter: ' 12 ' }, 12_000],
    [{ retryAfter: '  7' }, 7_000],
    [{ retryAfter: '7  ' }, 7_000],
    [{ retryAfter: '2.5' }, 2500],
    [{ retryAfter: '0.25' }, 250],
    [{ retryAfter: '2026-11-24' }, 43_200_000],
    [{ retryAfterMs: 1500 }, 1500],
    [{ retryAfterMs: 1 }, 1],
    [{ expectedQueueDelayMs: 394_460 }, 394_460],
    [{ retryAfter: '2', expectedQueueDelayMs: 5000 }, 5000],
  ])('%j is %i ms', (hint, ms) => {
    expect(failure({ ...throttled, ...hint }).retryAfterMs).toBe(ms);
  });

  test.each([
    { retryAfter: 'soon' },
    { retryAfter: '-1' },
    { retryAfter: '0' },
    { retryAfterMs: -5 },
    { retryAfterMs: Number.POSITIVE_INFINITY },
    { retryAfterMs: 0, expectedQueueDelayMs: 0 },
    {},
  ])('%j is ignored', (hint) => {
    expect(failure({ ...throttled, ...hint })).not.toHaveProperty('retryAfterMs');
  });

  test('in the past is ignored', () => {
    const retryAfter = 'Mon, 23 Nov 2026 11:59:00 GMT';
    expect(failure({ ...throttled, retryAfter })).not.toHaveProperty('retryAfterMs');
  });
});
