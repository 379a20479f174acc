import { describe, expect, test } from '@jest/globals';
import { errorFacts } from '../../lambda/aws/bedrock-error-facts.ts';

const queue = (rudiMetadata: unknown) => ({ exceptionMetadata: { rudiMetadata } });

describe('the facts of an error', () => {
  test('are its own, those of its response and those of its cause', () => {
    const error = Object.assign(new Error('busy'), {
      name: 'throttlingException',
      code: 'ECONNRESET',
      cause: { code: 'EPIPE' },
      $metadata: { httpStatusCode: 429 },
      $response: { statusCode: 200, headers: { 'retry-after': '7', 'x-amz-retry-after': '1500' } },
    });

    expect(errorFacts(error)).toEqual({
      name: 'ThrottlingException',
      message: 'busy',
      status: 429,
      code: 'ECONNRESET',
      causeCode: 'EPIPE',
      retryAfter: '7',
      retryAfterMs: 1_500,
      expectedQueueDelayMs: undefined,
    });
  });

  test.each([
    ['the status of a response that the SDK did not parse', { statusCode: 503 }, 503],
    ['no status that is a text', { statusCode: 'no number' }, undefined],
    ['no status that is infinite', { statusCode: Number.POSITIVE_INFINITY }, undefined],
  ])('have %s', (_title, $response, status) => {
    expect(errorFacts({ $response })).toMatchObject({ status });
  });

  test('keep a name that only begins with the word', () => {
    expect(errorFacts({ name: 'exceptionOfThem' }).name).toBe('exceptionOfThem');
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'broken'],
    ['an object without a name and a message', { message: 7 }],
    ['a name that is a sentence', { name: 'not a name' }],
    ['a name that is no text', { name: 7 }],
  ])('of %s are an unknown name and an empty message', (_title, error) => {
    expect(errorFacts(error)).toMatchObject({ name: 'Unknown', message: '' });
  });

  test.each([
    ['JSON with the delay', '{"expectedQueueDelayInMs":1500}', 1_500],
    ['text that is no JSON', '{broken', undefined],
    ['no text', 1_500, undefined],
  ])('have the delay of the queue if it is %s', (_title, metadata, delayMs) => {
    expect(errorFacts(queue(metadata)).expectedQueueDelayMs).toBe(delayMs);
  });
});
