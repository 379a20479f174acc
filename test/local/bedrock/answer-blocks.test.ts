import type { ContentBlock, ConverseCommandInput, Tool } from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, test } from '@jest/globals';
import { answerEventOf } from '../../../lambda/aws/bedrock-answer.ts';
import { AnswerAssembly } from '../../../lambda/core/router/answer-assembly.ts';
import { answerText } from '../../../local/bedrock/answer-text.ts';
import { PDF, PNG } from '../../support/media-files.ts';
import { aFake } from './a-fake.ts';
import { aClient, aConverse, aStream, errorOf, MODEL, readStream } from './sdk-client.ts';

const says = (...content: ContentBlock[]) => ({ role: 'user' as const, content });
const TOOLS: Tool[] = ['weather', 'clock'].map((name) => ({
  toolSpec: {
    name,
    inputSchema: {
      json: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } },
        required: ['city', 'days'],
      },
    },
  },
}));
const toolConfig = { tools: TOOLS };
const INPUT = { city: 'sample', days: 2 };
const thinking = { additionalModelRequestFields: { thinking: { type: 'adaptive' } } };
const SCHEMA = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
};
const jsonAnswer: ConverseCommandInput['outputConfig'] = {
  textFormat: {
    type: 'json_schema',
    structure: { jsonSchema: { schema: JSON.stringify(SCHEMA) } },
  },
};

/** Returns the answer of Converse, after comparing it with that of ConverseStream. */
async function answered(input: Partial<ConverseCommandInput>, maxTokens = 500) {
  const fake = await aFake();
  const client = aClient(fake.url);
  const sent = { ...input, inferenceConfig: { maxTokens, ...input.inferenceConfig } };
  const whole = await client.send(aConverse(sent));
  const { events, error } = await readStream(await client.send(aStream(sent)));
  expect(error).toBeUndefined();
  const assembly = new AnswerAssembly(0);
  for (const event of events) assembly.add(answerEventOf(event));
  const content = whole.output?.message?.content ?? [];
  return { whole, content, events, streamed: assembly.answer };
}

describe('the same answer comes whole and as a stream:', () => {
  test('a call of the tool that the prompt names, after a text', async () => {
    const { content, whole, streamed, events } = await answered({
      toolConfig,
      messages: [says({ text: 'Please use the tool clock.' })],
    });

    expect(whole.stopReason).toBe('tool_use');
    expect(content).toEqual([
      { text: 'I use clock.' },
      {
        toolUse: {
          toolUseId: expect.stringMatching(/^tooluse_[0-9a-f]{16}$/),
          name: 'clock',
          input: INPUT,
        },
      },
    ]);
    expect(streamed.message.content).toEqual(content);
    const inputs = events.filter((event) => event.contentBlockDelta?.delta?.toolUse);
    expect(inputs.length).toBeGreaterThan(1);
  });

  test.each([
    ['any', { any: {} }, 'weather'],
    ['a tool', { tool: { name: 'clock' } }, 'clock'],
  ])('nothing but the call that toolChoice forces: %s', async (_, toolChoice, name) => {
    const { content, streamed } = await answered({
      toolConfig: { ...toolConfig, toolChoice: toolChoice as never },
      messages: [says({ text: 'Hello' })],
    });

    expect(content).toMatchObject([{ toolUse: { name } }]);
    expect(streamed).toMatchObject({ message: { content }, stopReason: 'tool_use' });
  });

  test('a text that quotes the result of a tool', async () => {
    const { content, streamed } = await answered({
      toolConfig,
      messages: [
        says({ text: 'What time is it?' }),
        {
          role: 'assistant',
          content: [{ toolUse: { toolUseId: 't1', name: 'clock', input: {} } }],
        },
        says({ toolResult: { toolUseId: 't1', content: [{ json: { time: '12:00' } }] } }),
      ],
    });

    expect(content[0]?.text).toContain('The call t1 ended with success: {"time":"12:00"}');
    expect(streamed.message.content).toEqual(content);
  });

  test('a thought with its signature, before a JSON document', async () => {
    const { content, streamed } = await answered({ ...thinking, outputConfig: jsonAnswer });

    expect(content).toEqual([
      {
        reasoningContent: {
          reasoningText: {
            text: expect.stringMatching(/^I think/),
            signature: expect.stringMatching(/=$/),
          },
        },
      },
      { text: '{"answer":"sample"}' },
    ]);
    expect(streamed.message.content).toEqual(content);
  });

  test('what has arrived of files, and citations of a document', async () => {
    const bytes = (base64: string) => Buffer.from(base64, 'base64');
    const { content, streamed } = await answered({
      messages: [
        says(
          { text: 'Read' },
          { image: { format: 'png', source: { bytes: bytes(PNG) } } },
          { document: { format: 'pdf', name: 'a', source: { bytes: bytes(PDF) } } },
          {
            document: {
              name: 'b',
              source: { text: 'Anchors hold.' },
              citations: { enabled: true },
            },
          },
        ),
      ],
    });

    expect(content[0]?.text).toMatch(/the image \(png\) of 70 bytes with the hash [0-9a-f]{16}\./);
    expect(content[0]?.text).toMatch(/the document \(pdf\) of 15 bytes with the hash/);
    expect(content[1]).toEqual({
      citationsContent: {
        content: [{ text: 'b says something.' }],
        citations: [
          {
            title: 'b',
            sourceContent: [{ text: 'Anchors hold.' }],
            location: { documentChar: { documentIndex: 1, start: 0, end: 13 } },
          },
        ],
      },
    });
    expect(streamed.message.content).toEqual(content);
  });

  test('the fields, the tier and the end that the caller asks for', async () => {
    const { whole, streamed, events } = await answered({
      inferenceConfig: { stopSequences: ['simulated'] },
      additionalModelResponseFieldPaths: ['/stop_sequence', '/unknown'],
      serviceTier: { type: 'default' },
    });

    expect(whole).toMatchObject({
      output: { message: { content: [{ text: `This is ${MODEL}, ` }] } },
      stopReason: 'stop_sequence',
      additionalModelResponseFields: { stop_sequence: 'simulated' },
      serviceTier: { type: 'default' },
    });
    expect(streamed).toMatchObject({
      stopReason: 'stop_sequence',
      additionalModelResponseFields: { stop_sequence: 'simulated' },
    });
    expect(events.at(-1)?.metadata?.serviceTier).toEqual({ type: 'default' });
  });
});

describe('maxTokens cuts', () => {
  test('a call in its input', async () => {
    const { whole, content, streamed } = await answered(
      { toolConfig, messages: [says({ text: 'use the tool clock' })] },
      5,
    );

    expect(whole).toMatchObject({ stopReason: 'max_tokens', usage: { outputTokens: 5 } });
    expect(content).toMatchObject([{ text: 'I use clock.' }, { toolUse: { input: {} } }]);
    expect(streamed).toMatchObject({ stopReason: 'max_tokens', hasBrokenToolCall: true });
  });

  test('a thought, which then has no signature', async () => {
    const { content, streamed } = await answered(thinking, 3);

    expect(content).toEqual([{ reasoningContent: { reasoningText: { text: 'I think abou' } } }]);
    expect(streamed.message.content).toEqual(content);
  });
});

describe('a guardrail', () => {
  const guardrailConfig = {
    guardrailIdentifier: 'words',
    guardrailVersion: '2',
    trace: 'enabled' as const,
  };
  const guardrails = [{ id: 'words', version: '2', region: 'us-*', blocks: 'secret' }];
  const ask = (text: string) => aConverse({ guardrailConfig, messages: [says({ text })] });

  test('stops a prompt with its word, and tells why', async () => {
    const { url } = await aFake({ guardrails });

    const stopped = await aClient(url).send(ask('Tell the secret.'));
    const passed = await aClient(url).send(ask('Hello'));

    expect(stopped).toMatchObject({
      stopReason: 'guardrail_intervened',
      output: { message: { content: [{ text: 'Sorry, the model cannot answer this question.' }] } },
      trace: {
        guardrail: {
          inputAssessment: { words: { wordPolicy: { customWords: [{ match: 'secret' }] } } },
        },
      },
    });
    expect(passed).toMatchObject({ stopReason: 'end_turn', trace: { guardrail: {} } });
  });

  test('reads only the blocks that are marked for it, if there are any', async () => {
    const { url } = await aFake({ guardrails });
    const guarded = (text: string) => ({ guardContent: { text: { text } } });

    const passed = await aClient(url).send(
      aConverse({ guardrailConfig, messages: [says({ text: 'a secret' }, guarded('Hello'))] }),
    );
    const stopped = await aClient(url).send(
      aConverse({ guardrailConfig, messages: [says({ text: 'Hello' }, guarded('a secret'))] }),
    );

    expect([passed.stopReason, stopped.stopReason]).toEqual(['end_turn', 'guardrail_intervened']);
  });

  test('is refused to a caller who may not apply it', async () => {
    const { url } = await aFake({
      guardrails,
      authorize: (_, action, arn) =>
        action === 'bedrock:ApplyGuardrail' ? `${action} on ${arn} is denied` : undefined,
    });

    const error = await errorOf(aClient(url).send(ask('Hello')));
    const without = await aClient(url).send(aConverse());

    expect(error).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /ApplyGuardrail on arn:aws:bedrock:us-east-1:\d+:guardrail\/words/,
      ),
    });
    expect(without.stopReason).toBe('end_turn');
  });

  test('is unknown in another region, and in another version', async () => {
    const { url } = await aFake({ guardrails });
    const other = { ...guardrailConfig, guardrailVersion: '1' };

    const inEurope = await errorOf(aClient(url, { region: 'eu-west-1' }).send(ask('Hello')));
    const ofVersion = await errorOf(aClient(url).send(aConverse({ guardrailConfig: other })));

    expect([inEurope.message, ofVersion.message]).toEqual([
      expect.stringMatching(/guardrail identifier or version .* does not exist/),
      expect.stringMatching(/does not exist/),
    ]);
  });
});

describe('a point of a cache', () => {
  const cached = (ttl?: '5m' | '1h') => ({
    system: [{ text: 'x'.repeat(400) }, { cachePoint: { type: 'default' as const, ttl } }],
  });
  const usageOf = async (url: string, ttl?: '5m' | '1h', region = 'us-east-1') =>
    (await aClient(url, { region }).send(aConverse(cached(ttl)))).usage;

  test('is written once in a region and read until its time is over', async () => {
    let nowMs = 0;
    const { url } = await aFake({ now: () => nowMs });

    const first = await usageOf(url);
    nowMs += 299_000;
    const second = await usageOf(url);
    const elsewhere = await usageOf(url, undefined, 'us-west-2');
    nowMs += 301_000;
    const late = await usageOf(url);

    const written = {
      inputTokens: 3,
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: 100,
      cacheDetails: [{ ttl: '5m', inputTokens: 100 }],
      totalTokens: 129,
    };
    expect(first).toMatchObject(written);
    expect(second).toMatchObject({
      inputTokens: 3,
      cacheReadInputTokens: 100,
      cacheWriteInputTokens: 0,
      totalTokens: 129,
    });
    expect(elsewhere).toMatchObject(written);
    expect(late).toMatchObject(written);
  });

  test('lasts an hour if the caller asks for it', async () => {
    let nowMs = 0;
    const { url } = await aFake({ now: () => nowMs });

    await usageOf(url, '1h');
    nowMs += 3_599_000;

    expect(await usageOf(url, '1h')).toMatchObject({ cacheReadInputTokens: 100 });
  });
});

test('the bodies of requests are kept byte for byte, by job, for the owner of the fake', async () => {
  const fake = await aFake();
  const client = aClient(fake.url);
  await client.send(aConverse({ requestMetadata: { jobId: 'job-1' } }));
  await client.send(aConverse());

  const reply = await fetch(`${fake.url}/_control/requests?jobId=job-1`);

  const { requests } = (await reply.json()) as { requests: unknown };
  expect(requests).toEqual(fake.requests('job-1'));
  expect(requests).toEqual([
    {
      operation: 'converse',
      region: 'us-east-1',
      model: MODEL,
      jobId: 'job-1',
      body: JSON.stringify({
        messages: [{ role: 'user', content: [{ text: 'Say hello' }] }],
        inferenceConfig: { maxTokens: 100 },
        requestMetadata: { jobId: 'job-1' },
      }),
    },
  ]);
  expect(fake.requests()).toHaveLength(2);
  fake.resetLog();
  expect(fake.requests()).toEqual([]);
});

test('a plain prompt still gets the plain text', async () => {
  const { content } = await answered({});

  expect(content).toEqual([{ text: answerText(MODEL, 'Say hello') }]);
});
