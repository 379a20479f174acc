/**
 * Generates valid requests of Converse with every block and every field, from the types of the AWS SDK.
 * A test checks that no field of the SDK is missing.
 */
import type {
  ContentBlock,
  ConverseStreamCommandInput,
  DocumentBlock,
  Message,
  SystemContentBlock,
  Tool,
  ToolConfiguration,
  ToolResultContentBlock,
} from '@aws-sdk/client-bedrock-runtime';
import fc, { type Arbitrary } from 'fast-check';
import { PDF, PNG } from './media-files.ts';

/** An image of 1 × 1 pixels. */
const GIF = 'R0lGODlhAQABAAAAACw=';

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((each) => `a${each}`);
const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,8}$/);
const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
/** JSON without `__proto__`, which the API refuses, and without -0, which JSON does not have. */
export function ofJson<Value>(values: Arbitrary<Value>): Arbitrary<Value> {
  return values
    .map((value) => JSON.parse(JSON.stringify(value)))
    .filter((value) => !JSON.stringify(value).includes('__proto__'));
}
const json = ofJson(fc.jsonValue({ maxDepth: 2 })) as Arbitrary<never>;
const index = fc.nat(100);

/** An object in which some of the optional fields are set. */
function optional<T extends object>(fields: { readonly [Key in keyof T]: Arbitrary<T[Key]> }) {
  return fc.record(fields as never, { requiredKeys: [] }) as Arbitrary<Partial<T>>;
}

const s3Location = fc.oneof(
  fc.constant({ uri: 's3://bucket/key' }),
  fc.constant({ uri: 's3://bucket/a/b.pdf', bucketOwner: '123456789012' }),
);
const inS3 = s3Location.map((location) => ({ s3Location: location }));
const error = optional({ message: text });

const image: Arbitrary<ContentBlock.ImageMember> = fc
  .record({
    file: fc.oneof(
      fc.constant({ format: 'png' as const, source: { bytes: bytesOf(PNG) } }),
      fc.constant({ format: 'gif' as const, source: { bytes: bytesOf(GIF) } }),
      fc.record({ format: fc.constantFrom('jpeg' as const, 'webp' as const), source: inS3 }),
    ),
    more: optional({ error }),
  })
  .map(({ file, more }) => ({ image: { ...file, ...more } as never }));

const video: Arbitrary<ContentBlock.VideoMember> = fc
  .oneof(
    fc.record({
      format: fc.constant('mpeg' as const),
      source: bytes.map((each) => ({ bytes: each })),
    }),
    fc.record({ format: fc.constantFrom('mp4' as const, 'three_gp' as const), source: inS3 }),
  )
  .map((each) => ({ video: each as never }));

const audio: Arbitrary<ContentBlock.AudioMember> = fc
  .record({
    format: fc.constantFrom('mp3' as const, 'x-aac' as const),
    source: fc.oneof(
      bytes.map((each) => ({ bytes: each })),
      inS3,
    ),
    more: optional({ error }),
  })
  .map(({ more, ...each }) => ({ audio: { ...each, ...more } as never }));

const citations = fc.record({ enabled: fc.boolean() });
const documentSource = fc.oneof(
  fc.constant({ format: 'pdf' as const, source: { bytes: bytesOf(PDF) } }),
  fc.record({
    format: fc.constant('txt' as const),
    source: bytes.map((each) => ({ bytes: each })),
  }),
  fc.record({ source: text.map((each) => ({ text: each })) }),
  fc.record({
    source: fc
      .array(text, { minLength: 1, maxLength: 3 })
      .map((all) => ({ content: all.map((each) => ({ text: each })) })),
  }),
  fc.record({ format: fc.constant('docx' as const), source: inS3 }),
);
const document: Arbitrary<ContentBlock.DocumentMember> = fc
  .record({
    file: documentSource,
    name: fc.constantFrom('report', 'Report (2) [final]', 'a-b'),
    more: optional<Pick<DocumentBlock, 'context' | 'citations'>>({ context: text, citations }),
  })
  .map(({ file, more, ...each }) => ({ document: { ...file, ...each, ...more } as never }));

const searchResult = fc
  .record({
    source: text,
    title: text,
    content: fc.array(fc.record({ text }), { minLength: 1, maxLength: 2 }),
    more: optional({ citations }),
  })
  .map(({ more, ...each }) => ({ searchResult: { ...each, ...more } }));

const guardContent = fc
  .oneof(
    fc.record({
      text: fc
        .record({
          text,
          more: optional({
            qualifiers: fc.subarray(['grounding_source', 'query', 'guard_content'], {
              minLength: 1,
            }),
          }),
        })
        .map(({ more, ...each }) => ({ ...each, ...more })),
    }),
    fc.constant({ image: { format: 'png', source: { bytes: bytesOf(PNG) } } }),
  )
  .map((each) => ({ guardContent: each as never }));
const cachePoint = fc
  .oneof(fc.constant({}), fc.constantFrom({ ttl: '5m' }, { ttl: '1h' }))
  .map((more) => ({ cachePoint: { type: 'default', ...more } as never }));
const textBlock = text.map((each) => ({ text: each }));

const resultContent = fc.oneof(
  json.map((value) => ({ json: value })),
  textBlock,
  image,
  document,
  video,
  searchResult,
) as Arbitrary<ToolResultContentBlock>;

const reasoning = fc
  .oneof(
    fc
      .record({ text, more: optional({ signature: text }) })
      .map(({ more, ...each }) => ({ reasoningText: { ...each, ...more } })),
    bytes.map((redactedContent) => ({ redactedContent })),
  )
  .map((each) => ({ reasoningContent: each as never }));

const span = (first: string) => fc.record({ [first]: index, start: index, end: index });
const location = fc.oneof(
  fc.record({ web: optional({ url: text, domain: text }) }),
  fc.record({ documentChar: span('documentIndex') }),
  fc.record({ documentPage: span('documentIndex') }),
  fc.record({ documentChunk: span('documentIndex') }),
  fc.record({ searchResultLocation: span('searchResultIndex') }),
);
export const citation = optional({
  title: text,
  source: text,
  sourceContent: fc.array(fc.record({ text }), { minLength: 1, maxLength: 2 }),
  location,
});
const citationsContent = optional({
  content: fc.array(fc.record({ text }), { minLength: 1, maxLength: 2 }),
  citations: fc.array(citation, { minLength: 1, maxLength: 2 }),
}).map((each) => ({ citationsContent: each as never }));

/** A call of a tool of the model's own, with its result in the same message. */
const serverCall = fc
  .record({ id: name, tool: name, input: json })
  .map(({ id, tool, input }) => [
    { toolUse: { toolUseId: id, name: tool, input, type: 'server_tool_use' } },
    { toolResult: { toolUseId: id, content: [{ text: 'found' }], type: 'web_search_tool_result' } },
  ]) as Arbitrary<ContentBlock[]>;
const assistantContent = fc
  .tuple(
    fc.array(reasoning, { maxLength: 1 }),
    fc.array(fc.oneof(textBlock, citationsContent, cachePoint, guardContent), {
      minLength: 1,
      maxLength: 2,
    }),
    fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, serverCall),
  )
  .map((parts) => parts.flat() as ContentBlock[]);

/** The call of a tool, and its result in the next message. */
const call = fc
  .record({
    tool: name,
    input: json,
    content: fc.array(resultContent, { maxLength: 2 }),
    more: optional({ status: fc.constantFrom('success', 'error') }),
  })
  .map(({ tool, input, content, more }) => ({ tool, input, result: { content, ...more } }));

const userContent = fc
  .tuple(
    textBlock,
    fc.array(
      fc.oneof(textBlock, image, document, video, audio, searchResult, guardContent, cachePoint),
      { maxLength: 3 },
    ),
  )
  .map(([first, others]) => [first, ...others] as ContentBlock[]);
const toolReference = optional({ type: text, name, serverName: text });
const systemMessage = fc
  .array(
    fc.oneof(
      textBlock,
      toolReference.map((tool) => ({ toolAddition: { tool } })),
      toolReference.map((tool) => ({ toolRemoval: { tool } })),
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map((content) => ({ role: 'system', content }) as Message);

const turn = fc.record({
  user: userContent,
  assistant: assistantContent,
  calls: fc.array(call, { maxLength: 2 }),
  after: fc.option(systemMessage, { nil: undefined, freq: 4 }),
});

/** A conversation that ends with the user, and the tools that it calls. */
const conversation = fc
  .tuple(fc.array(turn, { maxLength: 3 }), userContent)
  .map(([turns, last]) => {
    const messages: Message[] = [];
    let results: ContentBlock[] = [];
    for (const [t, { user, assistant, calls, after }] of turns.entries()) {
      const ids = calls.map((_, i) => `call-${t}-${i}`);
      messages.push({ role: 'user', content: [...results, ...user] });
      messages.push({
        role: 'assistant',
        content: [
          ...assistant,
          ...calls.map(({ tool, input }, i) => ({
            toolUse: { toolUseId: ids[i], name: tool, input },
          })),
        ],
      });
      results = calls.map(({ result }, i) => ({
        toolResult: { toolUseId: ids[i], ...result } as never,
      }));
      if (after) messages.push(after);
    }
    messages.push({ role: 'user', content: [...results, ...last] });
    return messages.map(withFewFiles);
  });

/** A message has at most 5 documents. */
function withFewFiles({ role, content = [] }: Message): Message {
  let documents = 0;
  return { role, content: content.filter(({ document: each }) => !each || ++documents <= 5) };
}

const toolSpec = fc
  .record({
    name,
    schema: fc.constantFrom(
      { type: 'object' },
      { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    ),
    more: optional({ description: text, strict: fc.boolean() }),
  })
  .map(({ name: tool, schema, more }) => ({
    toolSpec: { name: tool, inputSchema: { json: schema }, ...more },
  }));
const systemTool = name.map((tool) => ({ systemTool: { name: `system-${tool}` } }));
const toolConfig: Arbitrary<ToolConfiguration> = fc
  .tuple(
    fc.uniqueArray(fc.oneof(toolSpec, toolSpec, systemTool), {
      minLength: 1,
      maxLength: 3,
      selector: (each) => ('toolSpec' in each ? each.toolSpec.name : each.systemTool.name),
    }),
    fc.array(cachePoint, { maxLength: 1 }),
    fc.constantFrom('none', 'auto', 'any', 'tool'),
  )
  .map(([tools, points, choice]) => {
    const [first] = tools;
    const chosen = first && ('toolSpec' in first ? first.toolSpec : first.systemTool).name;
    const toolChoice = choice === 'tool' ? { tool: { name: chosen } } : { [choice]: {} };
    const all = [...tools, ...points] as Tool[];
    return { tools: all, ...(choice !== 'none' && { toolChoice: toolChoice as never }) };
  });

const system: Arbitrary<SystemContentBlock[]> = fc.array(
  fc.oneof(textBlock, guardContent, cachePoint) as Arbitrary<SystemContentBlock>,
  { minLength: 1, maxLength: 3 },
);

const outputConfig = optional({
  textFormat: optional({ name: text, description: text }).map((more) => ({
    type: 'json_schema' as const,
    structure: {
      jsonSchema: { schema: '{"type":"object","additionalProperties":false}', ...more },
    },
  })),
  effort: fc.constantFrom('low', 'medium', 'high', 'xhigh', 'max'),
}).filter((each) => Object.keys(each).length > 0);

const options = optional({
  system,
  inferenceConfig: optional({
    maxTokens: fc.integer({ min: 1, max: 512 }),
    temperature: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs),
    topP: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs),
    stopSequences: fc.array(text, { minLength: 1, maxLength: 3 }),
  }),
  guardrailConfig: fc
    .record({
      guardrailIdentifier: fc.constantFrom(
        'abc123',
        'arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123',
      ),
      more: optional({
        guardrailVersion: fc.constantFrom('1', 'DRAFT'),
        trace: fc.constantFrom('enabled', 'disabled', 'enabled_full'),
        streamProcessingMode: fc.constantFrom('sync', 'async'),
      }),
    })
    .map(({ more, ...each }) => ({ ...each, ...more })),
  additionalModelRequestFields: fc.constantFrom(
    { thinking: { type: 'disabled' } },
    { top_k: 5, nested: [{ deep: null }] },
  ),
  additionalModelResponseFieldPaths: fc.constant(['/stop_sequence', '/a/b']),
  requestMetadata: fc.dictionary(name, name, { maxKeys: 16 }),
  performanceConfig: optional({ latency: fc.constantFrom('standard', 'optimized') }),
  serviceTier: fc.record({ type: fc.constantFrom('default', 'flex', 'priority', 'reserved') }),
  outputConfig,
});

const TOOLS: ToolConfiguration = {
  tools: [{ toolSpec: { name: 'any-tool', inputSchema: { json: { type: 'object' } } } }],
};

/** Valid requests for a model. Converse takes them too, without `streamProcessingMode`. */
export function converseRequests(modelId: string): Arbitrary<ConverseStreamCommandInput> {
  return fc
    .record({ messages: conversation, more: options, tools: fc.option(toolConfig, { nil: TOOLS }) })
    .map(({ messages, more, tools }) => {
      const needsTools = messages.some(({ content = [] }) =>
        content.some(({ toolUse, toolResult }) => toolUse ?? toolResult),
      );
      const hasTools = needsTools || tools !== TOOLS;
      return {
        modelId,
        messages,
        ...(more as Partial<ConverseStreamCommandInput>),
        ...(hasTools && { toolConfig: tools }),
      };
    });
}
