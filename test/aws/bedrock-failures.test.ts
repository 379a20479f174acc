import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { NodeHttp2Handler } from '@smithy/node-http-handler';
import { BedrockModelClient } from '../../lambda/aws/bedrock-model-client.ts';
import { systemClock } from '../../lambda/aws/system-clock.ts';
import type { ModelFailure } from '../../lambda/core/router/model-client.ts';
import { type FakeBedrock, startFakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import type { FaultRule } from '../../local/bedrock/fault-rule.ts';
import { SERVICE_ERRORS } from '../../local/bedrock/service-error.ts';
import { useBedrockAt } from '../support/bedrock-endpoint.ts';
import '../support/errors-of-one-realm.ts';
import { callLimits, RecordingWatch } from '../support/model-call.ts';
import { aModelRequest } from '../support/model-request.ts';

/**
 * Faults of the service, a proxy or the network, and the failure that the real SDK makes of each.
 */
const FAILURES: readonly {
  readonly when: string;
  readonly fault: FaultRule;
  readonly failure: ModelFailure;
}[] = [
  {
    when: 'tokens per minute are used up',
    fault: { fault: 'throttle-minute' },
    failure: { kind: 'quota-minute', name: 'ThrottlingException', status: 429 },
  },
  {
    when: 'requests per minute are used up',
    fault: { fault: 'throttle-rate' },
    failure: { kind: 'quota-minute', name: 'ThrottlingException', status: 429 },
  },
  {
    when: 'tokens per day are used up',
    fault: { fault: 'throttle-day' },
    failure: { kind: 'quota-day', name: 'ThrottlingException', status: 429 },
  },
  {
    when: 'a throttle gives a time for the retry',
    fault: reply(429, 'ThrottlingException', 'Too many tokens, please wait', {
      'retry-after': '7',
    }),
    failure: { kind: 'quota-minute', name: 'ThrottlingException', status: 429, retryAfterMs: 7000 },
  },
  {
    when: 'a throttle is about connections',
    fault: reply(429, 'ThrottlingException', 'Too many connections, please wait'),
    failure: { kind: 'capacity', name: 'ThrottlingException', status: 429 },
  },
  {
    when: 'the model is cold',
    fault: { fault: 'not-ready' },
    failure: { kind: 'capacity', name: 'ModelNotReadyException', status: 429 },
  },
  {
    when: 'the service is unavailable',
    fault: { fault: 'unavailable' },
    failure: { kind: 'capacity', name: 'ServiceUnavailableException', status: 503 },
  },
  {
    when: 'the service says how long its queue is',
    fault: { fault: 'unavailable', expectedQueueDelayInMs: 394_460 },
    failure: {
      kind: 'capacity',
      name: 'ServiceUnavailableException',
      status: 503,
      retryAfterMs: 394_460,
    },
  },
  {
    when: 'the service breaks',
    fault: { fault: 'internal-error' },
    failure: { kind: 'fault', name: 'InternalServerException', status: 500 },
  },
  {
    when: 'the model takes too long for the service',
    fault: { fault: 'model-timeout' },
    failure: { kind: 'timeout', name: 'ModelTimeoutException', status: 408 },
  },
  {
    when: 'the model breaks',
    fault: { fault: 'model-error' },
    failure: { kind: 'model-error', name: 'ModelErrorException', status: 424 },
  },
  {
    when: 'the request is not valid',
    fault: { fault: 'validation' },
    failure: {
      kind: 'job',
      name: 'ValidationException',
      status: 400,
      detail: SERVICE_ERRORS.validation.message,
    },
  },
  {
    when: 'a validation error quotes a prompt about quotas',
    fault: reply(400, 'ValidationException', 'Bad input: "Too many tokens per day, please wait"'),
    failure: {
      kind: 'job',
      name: 'ValidationException',
      status: 400,
      detail: 'Bad input: "Too many tokens per day, please wait"',
    },
  },
  {
    when: 'the prompt is too long',
    fault: reply(
      400,
      'ValidationException',
      'The model returned the following errors: prompt is too long: 200049 tokens > 200000 maximum',
    ),
    failure: {
      kind: 'job',
      name: 'ValidationException',
      status: 400,
      tooLong: true,
      detail:
        'The model returned the following errors: prompt is too long: 200049 tokens > 200000 maximum',
    },
  },
  {
    when: 'access is denied',
    fault: { fault: 'access-denied' },
    failure: { kind: 'config', name: 'AccessDeniedException', status: 403 },
  },
  {
    when: 'the model is at its end of life',
    fault: { fault: 'end-of-life' },
    failure: { kind: 'config', name: 'ResourceNotFoundException', status: 404 },
  },
  {
    when: 'a retired model causes a validation error',
    fault: { fault: 'invalid-model' },
    failure: { kind: 'config', name: 'ValidationException', status: 400 },
  },
  {
    when: 'a model is only served through an inference profile',
    fault: reply(
      400,
      'ValidationException',
      'Invocation of model ID anthropic.claude-sonnet-4-6 with on-demand throughput isn’t supported.',
    ),
    failure: { kind: 'config', name: 'ValidationException', status: 400 },
  },
  {
    when: 'a proxy answers 503 with a page',
    fault: { fault: 'html-503' },
    failure: { kind: 'capacity', name: 'SyntaxError', status: 503 },
  },
  {
    when: 'an untyped 503 comes in JSON',
    fault: { fault: 'reply', status: 503, body: '{"message":"busy"}' },
    failure: { kind: 'capacity', name: 'Unknown', status: 503 },
  },
  {
    when: 'an untyped 529 comes in JSON',
    fault: { fault: 'reply', status: 529, body: '{"message":"overloaded"}' },
    failure: { kind: 'capacity', name: 'Unknown', status: 529 },
  },
  {
    when: 'a 502 has a JSON body without an error type',
    fault: { fault: 'reply', status: 502, body: '{"message":"bad gateway"}' },
    failure: { kind: 'fault', name: 'Unknown', status: 502 },
  },
  {
    when: 'an untyped 429 comes in JSON',
    fault: { fault: 'reply', status: 429, body: '{"message":"Too many tokens per day"}' },
    failure: { kind: 'quota-minute', name: 'Unknown', status: 429 },
  },
  {
    when: 'a status is undocumented',
    fault: { fault: 'reply', status: 418, body: '{"message":"teapot"}' },
    failure: { kind: 'fault', name: 'Unknown', status: 418, unknown: true },
  },
  {
    when: 'an exception is undocumented',
    fault: reply(500, 'constructor', 'surprise'),
    failure: { kind: 'fault', name: 'constructor', status: 500 },
  },
];

const HTTP2 = new NodeHttp2Handler();
const CALLS = [
  { how: 'a stream over HTTP/1.1', isStreamed: true, protocol: 'HTTP/1.1' },
  { how: 'a stream over HTTP/2', isStreamed: true, protocol: 'HTTP/2', requestHandler: HTTP2 },
  { how: 'a whole answer over HTTP/1.1', isStreamed: false, protocol: 'HTTP/1.1' },
  {
    how: 'a whole answer over HTTP/2',
    isStreamed: false,
    protocol: 'HTTP/2',
    requestHandler: HTTP2,
  },
] as const;

let bedrock: FakeBedrock;

beforeAll(async () => {
  bedrock = await startFakeBedrock();
  useBedrockAt(bedrock.url);
});
afterEach(() => {
  bedrock.clearFaults();
  bedrock.resetLog();
});
afterAll(() => bedrock.stop());

describe.each(CALLS)('$how', ({ isStreamed, protocol, ...handler }) => {
  const client = new BedrockModelClient({ clock: systemClock, ...handler });
  afterAll(() => client.destroy());
  const converse = (limits = callLimits({ isStreamed })) =>
    client.converse(aModelRequest(), limits, new RecordingWatch());

  test.each(FAILURES)('$failure.kind when $when', async ({ fault, failure }) => {
    bedrock.setFault(fault);

    expect(await converse()).toEqual({
      outcome: 'failure',
      failure,
      elapsedMs: expect.any(Number),
    });
    expect(bedrock.calls()).toMatchObject([{ protocol }]);
  });

  test('fault when a response is cut in the middle', async () => {
    bedrock.setFault({ fault: 'reply', status: 200, body: '{"output":{"message":' });

    expect(await converse()).toMatchObject({ failure: { kind: 'fault', unknown: true } });
  });

  test('network when the connection is dropped', async () => {
    bedrock.setFault({ fault: 'reset' });

    expect(await converse()).toMatchObject({ failure: { kind: 'network' } });
  });

  test.each([
    ['nothing listens', 'http://127.0.0.1:1'],
    ['the region’s host name is unknown', 'http://bedrock.invalid'],
  ])('network when %s', async (_, url) => {
    useBedrockAt(url);
    const lost = new BedrockModelClient({ clock: systemClock, ...handler });

    const result = await lost.converse(
      aModelRequest(),
      callLimits({ isStreamed }),
      new RecordingWatch(),
    );

    expect(result).toMatchObject({ failure: { kind: 'network' } });
    useBedrockAt(bedrock.url);
  });

  test('timeout when no response arrives in time', async () => {
    bedrock.setFault({ fault: 'hang' });
    const limits = callLimits({
      isStreamed,
      firstTokenMs: 40,
      ...(!isStreamed && { answerMs: 40 }),
    });

    expect(await converse(limits)).toMatchObject({ failure: { kind: 'timeout' } });
  });
});

describe.each(CALLS.filter(({ isStreamed }) => isStreamed))('$how', ({ how: _, ...handler }) => {
  const client = new BedrockModelClient({ clock: systemClock, ...handler });
  afterAll(() => client.destroy());

  test.each([
    ['stall', 'StreamStalled'],
    ['stream-error', 'ModelStreamErrorException'],
    // Over HTTP/2, a lost connection looks like a plain end.
    ['stream-reset', handler.protocol === 'HTTP/2' ? 'StreamEnded' : 'StreamReset'],
  ] as const)('is broken by the fault %s', async (fault, name) => {
    bedrock.setFault({ fault, afterTokens: 3 });
    const limits = callLimits({ stallMs: 300 });

    expect(await client.converse(aModelRequest(), limits, new RecordingWatch())).toMatchObject({
      outcome: 'failure',
      failure: { kind: 'broken-stream', name },
      usage: { inputTokens: 2, outputTokens: 3, estimated: true },
    });
  });
});

function reply(
  status: number,
  name: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): FaultRule {
  return {
    fault: 'reply',
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': name, ...headers },
    body: JSON.stringify({ message }),
  };
}
