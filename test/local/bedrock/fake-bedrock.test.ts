import { describe, expect, test } from '@jest/globals';
import { answerText } from '../../../local/bedrock/answer-text.ts';
import { startFakeBedrock } from '../../../local/bedrock/fake-bedrock.ts';
import type { FaultRule } from '../../../local/bedrock/fault-rule.ts';
import { aFake } from './a-fake.ts';
import { aClient, aConverse, aCount, errorOf, MODEL, PROTOCOLS, textOf } from './sdk-client.ts';

const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test('a call gets the answer to its prompt', async () => {
    const fake = await aFake();

    const output = await aClient(fake.url, { protocol }).send(aConverse());

    expect(textOf(output)).toBe(answerText(MODEL, 'Say hello'));
    expect(output.stopReason).toBe('end_turn');
    expect(output.usage).toMatchObject({ inputTokens: 3 });
    expect(output.metrics?.latencyMs).toBe(1);
    expect(output.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['throttle-minute', 429, 'ThrottlingException', /^Too many tokens, please wait/],
    ['throttle-day', 429, 'ThrottlingException', /^Too many tokens per day/],
    ['throttle-rate', 429, 'ThrottlingException', /^Too many requests/],
    ['not-ready', 429, 'ModelNotReadyException', /not ready/],
    ['unavailable', 503, 'ServiceUnavailableException', /unable to process/],
    ['internal-error', 500, 'InternalServerException', /unexpected error/],
    ['model-timeout', 408, 'ModelTimeoutException', /timed out/],
    ['model-error', 424, 'ModelErrorException', /unexpected error/],
    ['validation', 400, 'ValidationException', /Malformed input/],
    ['access-denied', 403, 'AccessDeniedException', /don't have access/],
    ['no-subscription', 403, 'AccessDeniedException', /AWS Marketplace actions/],
    ['no-use-case-form', 404, 'ResourceNotFoundException', /use case details form/],
    ['end-of-life', 404, 'ResourceNotFoundException', /end of its life/],
    ['invalid-model', 400, 'ValidationException', /identifier is invalid/],
    ['html-503', 503, 'SyntaxError', /JSON/],
  ] as const)('%s surfaces as HTTP %d %s', async (fault, status, name, message) => {
    const fake = await aFake();
    fake.setFault({ fault });

    const error = await errorOf(aClient(fake.url, { protocol }).send(aConverse()));

    expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
    expect(error.$metadata?.httpStatusCode).toBe(status);
    expect(fake.calls()).toMatchObject([{ protocol, outcome: fault, status }]);
  });

  test('a reset surfaces as a failure without a status', async () => {
    const fake = await aFake();
    fake.setFault({ fault: 'reset' });

    const error = await errorOf(aClient(fake.url, { protocol }).send(aConverse()));

    expect(error.$metadata?.httpStatusCode).toBeUndefined();
    expect(error.message).toContain(
      protocol === 'HTTP/2' ? 'http2 request did not get a response' : 'ECONNRESET',
    );
    expect(fake.calls()).toMatchObject([{ protocol, outcome: 'reset' }]);
  });

  test('a hang gives no answer until the caller aborts', async () => {
    const fake = await aFake();
    fake.setFault({ fault: 'hang' });
    const abort = new AbortController();
    const call = aClient(fake.url, { protocol }).send(aConverse(), { abortSignal: abort.signal });
    await until(() => fake.calls({ outcome: 'in-flight' }).length === 1);

    abort.abort();
    const error = await errorOf(call);
    await until(() => fake.calls({ outcome: 'hang' }).length === 1);

    expect(error.name).toBe('AbortError');
    expect(fake.statistics().targets).toMatchObject([{ calls: 1, inFlight: 0 }]);
  });

  test('connections are counted by protocol', async () => {
    const fake = await aFake();
    const client = aClient(fake.url, { protocol });

    await client.send(aConverse());
    await client.send(aConverse());

    // The default HTTP/2 handler opens a connection for each call; NodeHttpHandler reuses its own.
    expect(fake.statistics().connections[protocol]).toBe(protocol === 'HTTP/2' ? 2 : 1);
  });
});

test('a 503 can report the queue delay, in a JSON text inside its body', async () => {
  const fake = await aFake();
  fake.setFault({ fault: 'unavailable', expectedQueueDelayInMs: 394_460 });

  const error = await errorOf(aClient(fake.url).send(aConverse()));

  const { rudiMetadata } = error.exceptionMetadata as { rudiMetadata: string };
  expect(JSON.parse(rudiMetadata)).toMatchObject({ expectedQueueDelayInMs: 394_460 });
});

test('the fault reply sends any HTTP reply', async () => {
  const fake = await aFake();
  fake.setFault({ fault: 'reply', status: 529, body: '{"message":"overloaded"}' });

  const error = await errorOf(aClient(fake.url).send(aConverse()));

  expect(error).toMatchObject({ name: 'Unknown', message: 'overloaded' });
  expect(error.$metadata?.httpStatusCode).toBe(529);
});

test('the region of a call is the region it is signed for', async () => {
  const fake = await aFake();
  fake.setFault({ region: 'us-east-1', fault: 'internal-error' });

  const failed = await errorOf(aClient(fake.url, { region: 'us-east-1' }).send(aConverse()));
  await aClient(fake.url, { region: 'eu-west-1' }).send(aConverse());

  expect(failed.name).toBe('InternalServerException');
  expect(fake.calls().map(({ region }) => region)).toEqual(['us-east-1', 'eu-west-1']);
});

test('a fault affects only the models that match its pattern', async () => {
  const fake = await aFake();
  fake.setFault({ model: '*sonnet-4-5*', fault: 'throttle-minute' });
  const client = aClient(fake.url);

  const failed = await errorOf(client.send(aConverse()));
  const served = await client.send(aConverse({ modelId: HAIKU }));

  expect(failed.name).toBe('ThrottlingException');
  expect(textOf(served)).toBe(answerText(HAIKU, 'Say hello'));
});

test('a call can name its model by ARN', async () => {
  const fake = await aFake();
  const modelId = `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${MODEL}`;

  await aClient(fake.url).send(aConverse({ modelId }));

  expect(fake.calls({ model: '*/us.anthropic.*' })).toMatchObject([{ model: modelId }]);
});

test('the faults of a scenario begin and end by the clock', async () => {
  let nowMs = 0;
  const scenario = [{ atSeconds: 10, forSeconds: 20, fault: 'unavailable' }] as const;
  const fake = await aFake({ scenario, now: () => nowMs });
  const client = aClient(fake.url);

  const outcomes: string[] = [];
  for (const second of [9.999, 10, 29.999, 30]) {
    nowMs = second * 1000;
    await client.send(aConverse()).catch(() => undefined);
    outcomes.push(fake.calls().at(-1)?.outcome ?? 'none');
  }

  expect(outcomes).toEqual(['answered', 'unavailable', 'unavailable', 'answered']);
});

test('the same seed and the same calls give the same failures, another seed gives others', async () => {
  const brownout: FaultRule = { fault: 'unavailable', probability: 0.5 };
  const outcomesOf = async (seed: number) => {
    const fake = await startFakeBedrock({ seed, scenario: [brownout] });
    const client = aClient(fake.url);
    for (let i = 0; i < 32; i += 1) await client.send(aConverse()).catch(() => undefined);
    await fake.stop();
    return fake.calls().map(({ outcome }) => outcome);
  };

  const [first, again, other] = [await outcomesOf(1), await outcomesOf(1), await outcomesOf(2)];

  expect(first).toEqual(again);
  expect(first).not.toEqual(other);
  expect(new Set(first)).toEqual(new Set(['answered', 'unavailable']));
});

test('a slow model multiplies its latency by the factor', async () => {
  const fake = await aFake();
  fake.setFault({ fault: 'slow', factor: 7 });

  const output = await aClient(fake.url).send(aConverse());

  expect(output.metrics?.latencyMs).toBe(7);
});

test('a quota throttles by the tokens that calls reserve and use', async () => {
  let nowMs = 0;
  const fake = await aFake({ now: () => nowMs });
  fake.setFault({ fault: 'quota', tokensPerMinute: 150, burndownRate: 1, minuteSeconds: 6 });
  const client = aClient(fake.url);

  // Each call reserves 3 + 100 tokens and uses 3 + about 30 of them.
  await client.send(aConverse());
  await client.send(aConverse());
  const throttled = await errorOf(client.send(aConverse({ inferenceConfig: { maxTokens: 120 } })));
  nowMs = 6000;
  await client.send(aConverse());

  expect(throttled).toMatchObject({
    name: 'ThrottlingException',
    message: 'Too many tokens, please wait before trying again.',
  });
});

test('an answer is cut at maxTokens', async () => {
  const fake = await aFake();

  const output = await aClient(fake.url).send(aConverse({ inferenceConfig: { maxTokens: 4 } }));

  expect(output).toMatchObject({ stopReason: 'max_tokens', usage: { outputTokens: 4 } });
  expect(textOf(output)).toBe(answerText(MODEL, 'Say hello').slice(0, 16));
});

test('a bad request gets a ValidationException with the message of the service', async () => {
  const fake = await aFake();
  const inferenceConfig = { maxTokens: 64_001 };

  const error = await errorOf(aClient(fake.url).send(aConverse({ inferenceConfig })));

  expect(error).toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(/exceeds the model limit of 64000/),
  });
});

test('a caller without permission gets the message of the policy check', async () => {
  const checked: string[] = [];
  const fake = await aFake({
    authorize: (_headers, action, resource) => {
      checked.push(`${action} ${resource}`);
      return resource.endsWith(
        'us-west-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0',
      )
        ? 'User: worker is not authorized'
        : undefined;
    },
  });

  const error = await errorOf(aClient(fake.url).send(aConverse()));

  expect(error).toMatchObject({
    name: 'AccessDeniedException',
    message: 'User: worker is not authorized',
  });
  expect(checked).toContain(
    `bedrock:InvokeModel arn:aws:bedrock:us-east-1:000000000000:inference-profile/${MODEL}`,
  );
});

test('the log has the job of a call and never the prompt', async () => {
  const fake = await aFake();
  const messages = [{ role: 'user' as const, content: [{ text: 'a canary prompt' }] }];

  await aClient(fake.url).send(aConverse({ messages, requestMetadata: { jobId: 'job-1' } }));

  expect(fake.calls({ jobId: 'job-1' })).toMatchObject([
    { outcome: 'answered', status: 200, inputTokens: 4, maxTokens: 100, ms: expect.any(Number) },
  ]);
  expect(JSON.stringify([fake.calls(), fake.statistics()])).not.toContain('canary');
});

test('statistics count calls, failures by kind and the highest concurrency', async () => {
  const fake = await aFake({ latency: { firstTokenMs: 20 } });
  const client = aClient(fake.url);

  await Promise.all([1, 2, 3].map(() => client.send(aConverse())));
  fake.setFault({ fault: 'throttle-rate' });
  await errorOf(client.send(aConverse()));

  expect(fake.statistics().targets).toEqual([
    {
      region: 'us-east-1',
      model: MODEL,
      calls: 4,
      answered: 3,
      abandoned: 0,
      failed: { 'throttle-rate': 1 },
      inFlight: 0,
      maxConcurrency: 3,
    },
  ]);
});

test('a call that is not signed is refused', async () => {
  const fake = await aFake();

  const response = await fetch(`${fake.url}/model/${MODEL}/converse`, { method: 'POST' });

  expect(response.status).toBe(403);
  expect(fake.calls()).toEqual([]);
});

test('an unknown path is an unknown operation', async () => {
  const fake = await aFake();

  const response = await fetch(`${fake.url}/model/${MODEL}/invoke`, { method: 'POST' });

  expect(response.status).toBe(404);
  expect(response.headers.get('x-amzn-errortype')).toMatch(/^UnknownOperationException/);
});

/** Waits until `done` returns true. Jest's own timeout ends a wait that never succeeds. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

describe('CountTokens', () => {
  test('counts a prompt without a model call, even if the quota is exhausted', async () => {
    const fake = await aFake();
    fake.setFault({ fault: 'quota', requestsPerMinute: 0.5 });

    const { inputTokens } = await aClient(fake.url).send(aCount('four'.repeat(50)));

    expect(inputTokens).toBe(50);
    expect(fake.calls({ operation: 'converse' })).toEqual([]);
    expect(fake.calls()).toMatchObject([
      { operation: 'count-tokens', model: 'anthropic.claude-sonnet-4-6', inputTokens: 50 },
    ]);
  });

  test('fails if a fault is set for it', async () => {
    const fake = await aFake();
    fake.setFault({ operation: 'count-tokens', fault: 'throttle-rate' });
    const client = aClient(fake.url);

    expect(await errorOf(client.send(aCount('hello')))).toMatchObject({
      name: 'ThrottlingException',
    });
    expect(textOf(await client.send(aConverse()))).toBe(answerText(MODEL, 'Say hello'));
  });

  test('needs its own grant for the model', async () => {
    const authorize = (_headers: unknown, action: string, resource: string) =>
      `${action} on ${resource}`;
    const fake = await aFake({ authorize });

    expect(await errorOf(aClient(fake.url).send(aCount('hello')))).toMatchObject({
      name: 'AccessDeniedException',
      message:
        'bedrock:CountTokens on arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-6',
    });
  });
});
