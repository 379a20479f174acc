/**
 * The shapes of the requests of Converse, ConverseStream and CountTokens. A test compares them with
 * those of the AWS SDK. They do not use the schemas of Holdfast's own API, because the fake checks what
 * Holdfast sends.
 */
import { audio, document, image, searchResult, textOnly, video } from './media-shapes.ts';
import { list, oneOf, structure, union } from './shape.ts';

const toolUse = structure('ToolUseBlock', {
  'toolUseId!': 'text',
  'name!': 'text',
  'input!': 'document',
  type: oneOf('server_tool_use'),
});
const toolResult = structure('ToolResultBlock', {
  'toolUseId!': 'text',
  'content!': list(
    union('ToolResultContentBlock', {
      json: 'document',
      text: 'text',
      image,
      document,
      video,
      searchResult,
    }),
  ),
  status: oneOf('success', 'error'),
  type: 'text',
});
const toolReference = structure('ToolReference', {
  type: 'text',
  name: 'text',
  serverName: 'text',
});

const guardContent = union('GuardrailConverseContentBlock', {
  text: structure('GuardrailConverseTextBlock', {
    'text!': 'text',
    qualifiers: list(oneOf('grounding_source', 'query', 'guard_content')),
  }),
  image: structure('GuardrailConverseImageBlock', {
    'format!': oneOf('png', 'jpeg'),
    'source!': union('GuardrailConverseImageSource', { bytes: 'bytes' }),
  }),
});
const cachePoint = structure('CachePointBlock', {
  'type!': oneOf('default'),
  ttl: oneOf('5m', '1h'),
});
const reasoningContent = union('ReasoningContentBlock', {
  reasoningText: structure('ReasoningTextBlock', { 'text!': 'text', signature: 'text' }),
  redactedContent: 'bytes',
});

const span = (name: string, index: string) =>
  structure(name, { [index]: 'number', start: 'number', end: 'number' });
const citation = structure('Citation', {
  title: 'text',
  source: 'text',
  sourceContent: list(textOnly('CitationSourceContent')),
  location: union('CitationLocation', {
    web: structure('WebLocation', { url: 'text', domain: 'text' }),
    documentChar: span('DocumentCharLocation', 'documentIndex'),
    documentPage: span('DocumentPageLocation', 'documentIndex'),
    documentChunk: span('DocumentChunkLocation', 'documentIndex'),
    searchResultLocation: span('SearchResultLocation', 'searchResultIndex'),
  }),
});

const contentBlock = union('ContentBlock', {
  text: 'text',
  image,
  document,
  video,
  audio,
  toolUse,
  toolResult,
  guardContent,
  cachePoint,
  reasoningContent,
  citationsContent: structure('CitationsContentBlock', {
    content: list(textOnly('CitationGeneratedContent')),
    citations: list(citation),
  }),
  searchResult,
  toolAddition: structure('ToolAdditionBlock', { 'tool!': toolReference }),
  toolRemoval: structure('ToolRemovalBlock', { 'tool!': toolReference }),
});

const toolConfig = structure('ToolConfiguration', {
  'tools!': list(
    union('Tool', {
      toolSpec: structure('ToolSpecification', {
        'name!': 'text',
        'inputSchema!': union('ToolInputSchema', { json: 'document' }),
        description: 'text',
        strict: 'boolean',
      }),
      systemTool: structure('SystemTool', { 'name!': 'text' }),
      cachePoint,
    }),
  ),
  toolChoice: union('ToolChoice', {
    auto: structure('AutoToolChoice', {}),
    any: structure('AnyToolChoice', {}),
    tool: structure('SpecificToolChoice', { 'name!': 'text' }),
  }),
});

const outputConfig = structure('OutputConfig', {
  textFormat: structure('OutputFormat', {
    'type!': oneOf('json_schema'),
    'structure!': union('OutputFormatStructure', {
      jsonSchema: structure('JsonSchemaDefinition', {
        'schema!': 'text',
        name: 'text',
        description: 'text',
      }),
    }),
  }),
  effort: oneOf('low', 'medium', 'high', 'xhigh', 'max'),
});

const guardrail = {
  guardrailIdentifier: 'text',
  guardrailVersion: 'text',
  trace: oneOf('enabled', 'disabled', 'enabled_full'),
} as const;

const prompt = {
  messages: list(
    structure('Message', {
      'role!': oneOf('user', 'assistant', 'system'),
      'content!': list(contentBlock),
    }),
  ),
  system: list(union('SystemContentBlock', { text: 'text', guardContent, cachePoint })),
  toolConfig,
  additionalModelRequestFields: 'document',
} as const;

const generation = {
  ...prompt,
  inferenceConfig: structure('InferenceConfiguration', {
    maxTokens: 'number',
    temperature: 'number',
    topP: 'number',
    stopSequences: list('text'),
  }),
  promptVariables: { map: textOnly('PromptVariableValues') },
  additionalModelResponseFieldPaths: list('text'),
  requestMetadata: { map: 'text' },
  performanceConfig: structure('PerformanceConfiguration', {
    latency: oneOf('standard', 'optimized'),
  }),
  serviceTier: structure('ServiceTier', {
    'type!': oneOf('priority', 'default', 'flex', 'reserved'),
  }),
  outputConfig,
} as const;

/** The bodies of requests by operation. The model is in the path of a request. */
export const REQUEST_SHAPES = {
  converse: structure('ConverseRequest', {
    ...generation,
    guardrailConfig: structure('GuardrailConfiguration', guardrail),
  }),
  'converse-stream': structure('ConverseStreamRequest', {
    ...generation,
    guardrailConfig: structure('GuardrailStreamConfiguration', {
      ...guardrail,
      streamProcessingMode: oneOf('sync', 'async'),
    }),
  }),
  'count-tokens': structure('CountTokensRequest', {
    'input!': union('CountTokensInput', {
      converse: structure('ConverseTokensRequest', prompt),
      invokeModel: structure('InvokeModelTokensRequest', { 'body!': 'bytes' }),
    }),
  }),
} as const;
