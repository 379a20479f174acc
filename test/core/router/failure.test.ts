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

  test('by its status if its name is unknown', () => {
    const kinds = [400, 403, 404, 408, 424, 429, 500, 502, 503, 504, 529].map(
      (status) => failure({ name: 'Unknown', status }).kind,
    );
    expect(kinds).toEqual([
      'job',
      'config',
      'config',
      'timeout',
      'model-error',
      'quota-minute',
      'fault',
      'fault',
      'capacity',
      'timeout',
      'capacity',
    ]);
  });

  test.each([
    'ECONNRESET',
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('by its code %s, or that of its cause, if there was no response', (code) => {
    expect(failure({ code }).kind).toBe('network');
    expect(failure({ causeCode: code }).kind).toBe('network');
  });

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
    'Input is too long for requested model.',
    'The model returned the following errors: prompt is too long: 200049 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000',
  ])('of a validation error is about length: %s', (message) => {
    expect(failure({ name: 'ValidationException', message })).toMatchObject({
      kind: 'job',
      tooLong: true,
    });
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
    [{ retryAfterMs: 1500 }, 1500],
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
    {},
  ])('%j is ignored', (hint) => {
    expect(failure({ ...throttled, ...hint })).not.toHaveProperty('retryAfterMs');
  });

  test('in the past is ignored', () => {
    const retryAfter = 'Mon, 23 Nov 2026 11:59:00 GMT';
    expect(failure({ ...throttled, retryAfter })).not.toHaveProperty('retryAfterMs');
  });
});
