import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BedrockRuntimeClient, CountTokensCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { BedrockModelClient } from '../../lambda/aws/bedrock-model-client.ts';
import { systemClock } from '../../lambda/aws/system-clock.ts';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { answerText } from '../../local/bedrock/answer-text.ts';
import { type FakeBedrock, startFakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { useBedrockAt } from '../support/bedrock-endpoint.ts';
import '../support/errors-of-one-realm.ts';
import { callLimits, RecordingWatch } from '../support/model-call.ts';
import { aModelRequest } from '../support/model-request.ts';

const MODEL = 'us.anthropic.claude-sonnet-4-6';

let bedrock: FakeBedrock;
const servers: Server[] = [];
const clients: BedrockModelClient[] = [];

beforeAll(async () => {
  bedrock = await startFakeBedrock();
});
afterEach(() => {
  bedrock.clearFaults();
  bedrock.resetLog();
  for (const client of clients.splice(0)) client.destroy();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});
afterAll(() => bedrock.stop());

describe.each([
  { operation: 'converse-stream', isStreamed: true },
  { operation: 'converse', isStreamed: false },
] as const)('with $operation', ({ operation, isStreamed }) => {
  const limits = callLimits({ isStreamed });

  test('an answer comes with its text, stop reason and usage', async () => {
    const request = aModelRequest({ inferenceConfig: { maxTokens: 500 } });

    const result = await aClient().converse(request, limits, new RecordingWatch());

    expect(result).toEqual({
      outcome: 'answer',
      elapsedMs: expect.any(Number),
      ...(isStreamed && { firstTokenMs: expect.any(Number) }),
      answer: {
        message: { role: 'assistant', content: [{ text: answerText(MODEL, 'hello') }] },
        stopReason: 'end_turn',
        usage: { inputTokens: 2, outputTokens: expect.any(Number) },
      },
    });
  });

  test('a call carries its job id and its token limit', async () => {
    const request = aModelRequest({ jobId: 'job-7', inferenceConfig: { maxTokens: 9 } });

    await aClient().converse(request, limits, new RecordingWatch());

    expect(bedrock.calls()).toMatchObject([
      { operation, jobId: 'job-7', maxTokens: 9, model: MODEL },
    ]);
  });

  test('a call sends exactly the fields of the request', async () => {
    const bodies: unknown[] = [];
    const client = await aClientOf((body) => bodies.push(body));
    const inferenceConfig = { maxTokens: 9, temperature: 0, topP: 0.5, stopSequences: ['END'] };

    for (const request of [
      aModelRequest({ system: [{ text: 'be brief' }], inferenceConfig }),
      aModelRequest({ inferenceConfig: { maxTokens: 9 } }),
    ]) {
      await client.converse(request, limits, new RecordingWatch());
    }

    const always = {
      messages: [{ role: 'user', content: [{ text: 'hello' }] }],
      requestMetadata: { jobId: 'job-1' },
    };
    expect(bodies).toEqual([
      { ...always, system: [{ text: 'be brief' }], inferenceConfig },
      { ...always, inferenceConfig: { maxTokens: 9 } },
    ]);
  });

  test('a throttled call is made once: the SDK does not retry', async () => {
    bedrock.setFault({ fault: 'throttle-minute' });

    await aClient().converse(aModelRequest(), limits, new RecordingWatch());

    expect(bedrock.calls()).toHaveLength(1);
  });

  test.each([
    ['answered', undefined],
    ['throttled', { fault: 'throttle-minute' }],
  ] as const)('a hundred %s calls, ten at a time, open ten connections', async (_, fault) => {
    const client = aClient();
    if (fault) bedrock.setFault(fault);
    const call = () => client.converse(aModelRequest(), limits, new RecordingWatch());

    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 10 }, call));

    expect(bedrock.calls()).toHaveLength(100);
    expect(bedrock.statistics().connections).toEqual({ 'HTTP/1.1': 10, 'HTTP/2': 0 });
  });
});

test('the model itself counts the tokens, including the system prompt', async () => {
  const client = aClient();
  const prompt = aModelRequest({
    system: [{ text: 'four'.repeat(7) }],
    messages: [userMessage('four'.repeat(30))],
  });

  expect(await client.countTokens(prompt, 5000)).toBe(37);
  expect(bedrock.calls()).toMatchObject([
    { operation: 'count-tokens', model: 'anthropic.claude-sonnet-4-6' },
  ]);
});

test.each([
  ['is throttled', { fault: 'throttle-rate' }, 2],
  ['times out', { fault: 'hang' }, 2],
  ['is not offered', { fault: 'validation' }, 1],
  ['is not granted', { fault: 'access-denied' }, 1],
] as const)('a count that %s returns undefined', async (_, rule, callsOfTwo) => {
  const client = aClient();
  bedrock.setFault({ operation: 'count-tokens', ...rule });

  const counts = [
    await client.countTokens(aModelRequest(), 100),
    await client.countTokens(aModelRequest(), 100),
  ];

  expect(counts).toEqual([undefined, undefined]);
  expect(bedrock.calls()).toHaveLength(callsOfTwo);
});

test('the request and the timer of a count end with the count', async () => {
  const client = await aClientOf(() => undefined);
  const send = jest.spyOn(BedrockRuntimeClient.prototype, 'send');

  await client.countTokens(aModelRequest(), 60_000);

  expect(send.mock.calls).toMatchObject([
    [expect.any(CountTokensCommand), { abortSignal: { aborted: true } }],
  ]);
  send.mockRestore();
});

test('each region has its own client', async () => {
  const client = aClient();

  for (const region of ['us-east-1', 'eu-west-1', 'us-east-1']) {
    const request = aModelRequest({ target: { region, modelId: MODEL } });
    await client.converse(request, callLimits(), new RecordingWatch());
  }

  expect(bedrock.calls().map(({ region }) => region)).toEqual([
    'us-east-1',
    'eu-west-1',
    'us-east-1',
  ]);
});

test('without a stream, the limit for the answer ends a response whose body stalls', async () => {
  useBedrockAt(
    await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"output":');
    }),
  );
  const client = new BedrockModelClient({ clock: systemClock });
  clients.push(client);
  const limits = callLimits({ isStreamed: false, answerMs: 40 });

  const result = await client.converse(aModelRequest(), limits, new RecordingWatch());

  expect(result).toEqual({
    outcome: 'failure',
    failure: { kind: 'timeout', name: 'AnswerTimeout' },
    elapsedMs: expect.any(Number),
  });
});

test('without a stream, a response without content becomes an empty answer', async () => {
  const client = await aClientOf(() => undefined);
  const limits = callLimits({ isStreamed: false });

  const result = await client.converse(aModelRequest(), limits, new RecordingWatch());

  expect(result).toMatchObject({
    outcome: 'answer',
    answer: {
      message: { content: [] },
      stopReason: 'unknown',
      usage: { inputTokens: 0, outputTokens: 0 },
    },
  });
});

function aClient(): BedrockModelClient {
  useBedrockAt(bedrock.url);
  const client = new BedrockModelClient({ clock: systemClock });
  clients.push(client);
  return client;
}

/** Returns a client of a server that passes each request body on and responds without content. */
async function aClientOf(onBody: (body: unknown) => void): Promise<BedrockModelClient> {
  useBedrockAt(
    await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      onBody(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    }),
  );
  const client = new BedrockModelClient({ clock: systemClock });
  clients.push(client);
  return client;
}

function serve(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(listener ?? (() => undefined));
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}
