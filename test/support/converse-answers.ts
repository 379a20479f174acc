/** Generates answers of Converse and of ConverseStream, in the form of their JSON. */
import fc, { type Arbitrary } from 'fast-check';
import type { ContentBlock } from '../../lambda/contract/conversation.ts';
import type { ModelAnswer } from '../../lambda/core/router/model-client.ts';
import { citation, ofJson } from './converse-requests.ts';
import { PNG } from './media-files.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((each) => Buffer.from(each).toString('base64'));
const json = ofJson(
  fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
);

const block: Arbitrary<ContentBlock> = fc.oneof(
  text.map((each) => ({ text: each })),
  fc
    .record({ input: json, type: fc.constantFrom({}, { type: 'server_tool_use' as const }) })
    .map(({ input, type }) => ({ toolUse: { toolUseId: 't1', name: 'clock', input, ...type } })),
  fc
    .array(
      fc.oneof(
        text.map((each) => ({ text: each })),
        json.map((each) => ({ json: each })),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((content) => ({
      toolResult: { toolUseId: 't1', content, status: 'success' as const, type: 'web_search' },
    })),
  fc.record({ text, signature: text }).map((reasoningText) => ({
    reasoningContent: { reasoningText },
  })),
  base64.map((redactedContent) => ({ reasoningContent: { redactedContent } })),
  fc
    .record({ text, citations: fc.array(citation, { minLength: 1, maxLength: 2 }) })
    .map(({ text: cited, citations }) => ({
      citationsContent: { content: [{ text: cited }], citations: citations as never },
    })),
  fc.constant({ image: { format: 'png', source: { bytes: PNG } } }),
);

const usage = fc
  .record({
    inputTokens: fc.nat(1000),
    outputTokens: fc.nat(1000),
    cached: fc.constantFrom({}, { cacheReadInputTokens: 7 }, { cacheWriteInputTokens: 9 }),
  })
  .map(({ cached, ...each }) => ({ ...each, ...cached }));

const answer: Arbitrary<ModelAnswer> = fc
  .record({
    content: fc.array(block, { minLength: 1, maxLength: 4 }),
    stopReason: fc.constantFrom('end_turn', 'tool_use', 'max_tokens', 'guardrail_intervened'),
    usage,
    more: fc.record(
      {
        trace: fc.constant({
          guardrail: { actionReason: 'Guardrail blocked.', modelOutput: ['a'] },
        }),
        additionalModelResponseFields: json,
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ content, more, ...each }) => ({
    message: { role: 'assistant' as const, content },
    ...each,
    ...more,
  }));

/** The replies of Converse. */
export const converseAnswers = answer.map(({ message, usage: tokens, ...others }) => ({
  output: { message },
  ...others,
  usage: { ...tokens, totalTokens: 1, cacheDetails: [] },
  metrics: { latencyMs: 1 },
}));

interface StreamEvent {
  readonly type: string;
  readonly body: object;
}

/** Answers, each with the events of ConverseStream that carry it in pieces. */
export const answersInEvents: Arbitrary<{
  readonly answer: ModelAnswer;
  readonly events: readonly StreamEvent[];
}> = fc.record({ answer, size: fc.integer({ min: 1, max: 8 }) }).map(({ answer: each, size }) => {
  const { message, stopReason, usage: tokens, trace, additionalModelResponseFields } = each;
  return {
    answer: each,
    events: [
      { type: 'messageStart', body: { role: 'assistant' } },
      ...message.content.flatMap((given, i) => eventsOf(given, i, size)),
      { type: 'messageStop', body: { stopReason, additionalModelResponseFields } },
      {
        type: 'metadata',
        body: { usage: { ...tokens, totalTokens: 1 }, metrics: { latencyMs: 1 }, trace },
      },
    ],
  };
});

function eventsOf(given: ContentBlock, contentBlockIndex: number, size: number): StreamEvent[] {
  const { start, deltas } = piecesOf(given, size);
  return [
    ...(start ? [{ type: 'contentBlockStart', body: { contentBlockIndex, start } }] : []),
    ...deltas.map((delta) => ({ type: 'contentBlockDelta', body: { contentBlockIndex, delta } })),
    { type: 'contentBlockStop', body: { contentBlockIndex } },
  ];
}

function piecesOf(given: ContentBlock, size: number): { start?: object; deltas: object[] } {
  const { text: written, toolUse, toolResult, reasoningContent, citationsContent, image } = given;
  if (toolUse) {
    const { input, ...call } = toolUse;
    const pieces = split(JSON.stringify(input), size).map((each) => ({ toolUse: { input: each } }));
    return { start: { toolUse: call }, deltas: pieces };
  }
  if (toolResult) {
    const { content, ...result } = toolResult;
    const deltas = content.map((each) => ({ toolResult: [each] }));
    return { start: { toolResult: result }, deltas };
  }
  if (image) {
    const { format, source } = image;
    const delta = { image: { source: { bytes: source.bytes } } };
    return { start: { image: { format } }, deltas: [delta] };
  }
  const { reasoningText, redactedContent } = reasoningContent ?? {};
  if (redactedContent !== undefined) return { deltas: [{ reasoningContent: { redactedContent } }] };
  if (reasoningText) {
    const { text: thought, signature = '' } = reasoningText;
    const pieces = split(thought, size).map((each) => ({ reasoningContent: { text: each } }));
    return { deltas: [...pieces, { reasoningContent: { signature } }] };
  }
  const cited = citationsContent?.content?.[0]?.text ?? '';
  const texts = split(written ?? cited, size).map((each) => ({ text: each }));
  const citations = (citationsContent?.citations ?? []).map((each) => ({ citation: each }));
  return { deltas: [...texts, ...citations] };
}

function split(whole: string, size: number): string[] {
  const characters = [...whole];
  const count = Math.ceil(characters.length / size);
  return Array.from({ length: count }, (_, i) =>
    characters.slice(i * size, (i + 1) * size).join(''),
  );
}
