/**
 * The AWS SDK is the oracle: a request that it would send reaches the model as it is, through the body
 * of a job, and an answer that it reads reaches the caller as it is.
 */
import {
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseStreamCommandInput,
  ConverseStreamRequest$,
} from '@aws-sdk/client-bedrock-runtime';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { answerEventOf, answerOf } from '../../lambda/aws/bedrock-answer.ts';
import { converseInput } from '../../lambda/aws/bedrock-request.ts';
import { familyOf } from '../../lambda/contract/models.ts';
import { parseJobRequest } from '../../lambda/contract/schemas/jobs.ts';
import { AnswerAssembly } from '../../lambda/core/router/answer-assembly.ts';
import { shapeRequest } from '../../lambda/core/router/shape.ts';
import { mediaFaults } from '../../lambda/request/check-media.ts';
import { EVENT_STREAM, encodeEvent } from '../../local/bedrock/event-stream.ts';
import { answersInEvents, converseAnswers } from '../support/converse-answers.ts';
import { converseRequests } from '../support/converse-requests.ts';
import { asJson, capturingClient } from '../support/sdk-capture.ts';
import { type SdkField, sdkShape } from '../support/sdk-shapes.ts';
import { someSettings } from '../support/settings.ts';

/** A model that the table does not have: it lacks nothing. */
const TARGET = { region: 'us-east-1', modelId: 'a.model' };
const TIER = { name: 'primary', targets: [TARGET], maxTokens: 512 };
const JOB_ID = 'f'.repeat(32);
const REQUESTS = converseRequests(TARGET.modelId);
/** Enough for each field to occur several times. */
const RUNS = { numRuns: 100, seed: 20 };

test('every valid request of the SDK is accepted and reaches the model unchanged', async () => {
  const { client, bodies } = capturingClient();
  const settings = someSettings();

  await fc.assert(
    fc.asyncProperty(REQUESTS, async (input) => {
      const { modelId: _, ...body } = asJson(input) as Record<string, unknown>;
      const parsed = parseJobRequest(JSON.parse(JSON.stringify(body)), settings);
      if (!parsed.valid) throw new Error(JSON.stringify(parsed.errors));
      const { conversation } = parsed.value;
      expect(mediaFaults(conversation)).toEqual([]);
      const stored = JSON.parse(JSON.stringify(conversation));
      const candidate = { target: TARGET, tier: TIER, chainFamily: familyOf(TARGET) };
      const shaped = shapeRequest(candidate, stored, JOB_ID, 0);
      if (!shaped.fits) throw new Error('the request does not fit');
      expect(shaped.reducedBy).toEqual([]);

      bodies.length = 0;
      await client.send(new ConverseStreamCommand(converseInput(shaped.request)));
      await client.send(new ConverseStreamCommand(expectedOf(input)));

      const [sent, expected] = bodies.map((each) => JSON.parse(each));
      expect(sent).toEqual(expected);
    }),
    RUNS,
  );
}, 60_000);

test('the generated requests have every field of the SDK', () => {
  const shape = () => sdkShape(ConverseStreamRequest$);
  const all = new Set<string>();
  collectFields({ kind: 'shape', shape }, all);
  const used = new Set<string>();
  for (const request of fc.sample(REQUESTS, RUNS)) {
    collectUsed({ kind: 'shape', shape }, request, used);
  }
  // A job has no prompt of Bedrock's prompt management.
  const foreign = (field: string) => /^PromptVariableValues|\.promptVariables$/.test(field);

  expect([...all].filter((each) => !used.has(each) && !foreign(each))).toEqual([]);
});

test('every answer of Converse reaches the caller unchanged', async () => {
  let body = '';
  const { client } = capturingClient(() => ({ contentType: 'application/json', body }));

  await fc.assert(
    fc.asyncProperty(converseAnswers, async (answer) => {
      body = JSON.stringify(answer);

      const read = answerOf(await client.send(new ConverseCommand({ modelId: 'm', messages: [] })));

      const { output, usage, metrics: _, ...others } = answer;
      const { totalTokens: __, cacheDetails: ___, ...tokens } = usage;
      expect(read).toEqual({ ...others, message: output.message, usage: tokens });
    }),
    RUNS,
  );
}, 60_000);

test('every answer of ConverseStream is put together from its pieces', async () => {
  let body = Buffer.of();
  const { client } = capturingClient(() => ({ contentType: EVENT_STREAM, body }));

  await fc.assert(
    fc.asyncProperty(answersInEvents, async ({ answer, events }) => {
      body = Buffer.concat(events.map(({ type, body: each }) => encodeEvent(type, each)));
      const assembly = new AnswerAssembly(0);

      const { stream } = await client.send(
        new ConverseStreamCommand({ modelId: 'm', messages: [] }),
      );
      for await (const event of stream ?? []) assembly.add(answerEventOf(event));

      expect(assembly.answer).toEqual(answer);
    }),
    RUNS,
  );
}, 60_000);

/** The request with what Holdfast adds and replaces. */
function expectedOf(input: ConverseStreamCommandInput): ConverseStreamCommandInput {
  let count = 0;
  const named = <Block extends object>(block: Block): Block => {
    if ('document' in block) {
      count += 1;
      return { ...block, document: { ...Object(block.document), name: `Document ${count}` } };
    }
    if (!('toolResult' in block)) return block;
    const result = Object(block.toolResult);
    return { ...block, toolResult: { ...result, content: result.content.map(named) } };
  };
  const metadata = input.requestMetadata ?? {};
  const hasRoom = Object.keys(metadata).length < 16;
  return {
    ...input,
    messages: input.messages?.map(({ role, content }) => ({ role, content: content?.map(named) })),
    inferenceConfig: {
      ...input.inferenceConfig,
      maxTokens: input.inferenceConfig?.maxTokens ?? TIER.maxTokens,
    },
    requestMetadata: { ...metadata, ...(hasRoom && { jobId: JOB_ID }) },
  };
}

/** Collects the names of all fields in a shape, such as `Message.role`. */
function collectFields(field: SdkField, found: Set<string>): void {
  if ('of' in field) {
    collectFields(field.of, found);
  } else if (field.kind === 'shape') {
    const { name, fields } = field.shape();
    for (const [key, each] of Object.entries(fields)) {
      if (found.has(`${name}.${key}`)) continue;
      found.add(`${name}.${key}`);
      collectFields(each, found);
    }
  }
}

/** Collects the names of the fields that a value sets. */
function collectUsed(field: SdkField, value: unknown, used: Set<string>): void {
  if ('of' in field) {
    for (const each of Object.values(Object(value))) collectUsed(field.of, each, used);
  } else if (field.kind === 'shape') {
    const { name, fields } = field.shape();
    for (const [key, each] of Object.entries(Object(value))) {
      used.add(`${name}.${key}`);
      collectUsed(fields[key] as SdkField, each, used);
    }
  }
}
