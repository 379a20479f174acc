import { describe, expect, test } from '@jest/globals';
import { errorFacts } from '../../lambda/aws/bedrock-error-facts.ts';

const queue = (rudiMetadata: unknown) => ({ exceptionMetadata: { rudiMetadata } });

describe('the facts of an error', () => {
  test.each([
    ['nothing', undefined],
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
