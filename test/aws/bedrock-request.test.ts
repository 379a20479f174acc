import { describe, expect, test } from '@jest/globals';
import { converseInput, wholeInput } from '../../lambda/aws/bedrock-request.ts';
import { aModelRequest } from '../support/model-request.ts';

describe('a request with a guardrail', () => {
  const guardrail = {
    guardrailIdentifier: 'abc',
    guardrailVersion: '1',
    trace: 'enabled',
  } as const;
  const request = aModelRequest({
    guardrailConfig: { ...guardrail, streamProcessingMode: 'async' },
  });

  test('says in a stream how the stream is processed', () => {
    expect(converseInput(request).guardrailConfig).toEqual({
      ...guardrail,
      streamProcessingMode: 'async',
    });
  });

  test('does not say so without a stream, because Converse refuses it', () => {
    const { guardrailConfig, ...rest } = wholeInput(request);

    expect(guardrailConfig).toEqual(guardrail);
    expect(rest).toMatchObject({ modelId: request.target.modelId, messages: expect.any(Array) });
  });
});

test('a request without a guardrail is the same without a stream', () => {
  const request = aModelRequest();

  expect(Object.keys(wholeInput(request))).not.toContain('guardrailConfig');
  expect(wholeInput(request)).toEqual(converseInput(request));
});
