import { describe, expect, test } from '@jest/globals';
import {
  BODY_LIMITS,
  readBody,
  readIdempotencyKey,
  readJobId,
} from '../../lambda/http/read-event.ts';
import { anApiEvent } from '../support/api-event.ts';

const MAX_BODY_BYTES = 5 * 1024 * 1024;
const textOf = (bytes: number) => `"${'a'.repeat(bytes - 2)}"`;

describe('a body', () => {
  test.each([false, true])(
    'has at most 5 MB when it is decoded (base64: %s)',
    (isBase64Encoded) => {
      const kindOf = (text: string) => {
        const body = isBase64Encoded ? Buffer.from(text).toString('base64') : text;
        return readBody(anApiEvent({ body, isBase64Encoded })).kind;
      };

      expect(kindOf(textOf(MAX_BODY_BYTES))).toBe('json');
      expect(kindOf(textOf(MAX_BODY_BYTES + 1))).toBe('too-large');
    },
  );

  test('of too many values is told apart from one that is not JSON', () => {
    const body = JSON.stringify(Array(BODY_LIMITS.values + 1).fill(0));

    expect(readBody(anApiEvent({ body }))).toEqual({
      kind: 'too-complex',
      limit: 'values',
    });
    expect(readBody(anApiEvent({ body: '[' }))).toEqual({ kind: 'not-json' });
  });
});

test('a path without a job has an empty id', () => {
  expect(readJobId(anApiEvent({}))).toBe('');
});

describe('an idempotency key', () => {
  const read = (...values: string[]) =>
    readIdempotencyKey(anApiEvent({ headers: { 'Idempotency-Key': values } }));

  test.each([
    [' key ', 'key'],
    ['"key"', 'key'],
    ['a"key"', 'a"key"'],
    ['"key"a', '"key"a'],
  ])('is read from %j as %j', (header, value) => {
    expect(read(header)).toEqual({ valid: true, value });
  });

  test('is refused with the name of its header and what is allowed', () => {
    expect(read('one', 'two')).toMatchObject({
      valid: false,
      errors: [
        {
          field: 'Idempotency-Key',
          detail: 'allowed is one value of 1 to 255 visible ASCII characters',
        },
      ],
    });
  });

  test('is absent if its header has no value', () => {
    const event = { ...anApiEvent({}), multiValueHeaders: { 'Idempotency-Key': undefined } };

    expect(readIdempotencyKey(event)).toEqual({ valid: true, value: undefined });
  });
});
