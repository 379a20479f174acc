/**
 * The conversation that a job sends to a model: Converse's request without `modelId`, in the form of
 * its JSON. Bytes are texts in base64. A union of Converse is an object with exactly one of its
 * fields. The validation is in `schemas/conversation.ts`; the source is the AWS SDK's
 * `ConverseRequest`.
 */

export interface Conversation {
  readonly messages: readonly Message[];
  readonly system?: readonly SystemBlock[];
  readonly inferenceConfig?: InferenceConfig;
  readonly toolConfig?: ToolConfig;
  readonly guardrailConfig?: GuardrailConfig;
  readonly outputConfig?: OutputConfig;
  /** The model's own parameters, such as `thinking`. They pass unchanged. */
  readonly additionalModelRequestFields?: Json;
  readonly additionalModelResponseFieldPaths?: readonly string[];
  readonly requestMetadata?: Readonly<Record<string, string>>;
  readonly performanceConfig?: { readonly latency?: 'standard' | 'optimized' };
  readonly serviceTier?: { readonly type: 'default' | 'flex' | 'priority' | 'reserved' };
}

/** Returns a user's message that is one text. */
export function userMessage(text: string): Message {
  return { role: 'user', content: [{ text }] };
}

/** A value of JSON. */
export type Json = unknown;

export interface Message {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: readonly ContentBlock[];
}

/** A part of a message: exactly one of its fields is set. */
export interface ContentBlock {
  readonly text?: string;
  readonly image?: MediaBlock;
  readonly document?: DocumentBlock;
  readonly video?: MediaBlock;
  readonly audio?: MediaBlock;
  readonly toolUse?: ToolUse;
  readonly toolResult?: ToolResult;
  readonly guardContent?: GuardContent;
  readonly cachePoint?: CachePoint;
  readonly reasoningContent?: Reasoning;
  readonly citationsContent?: CitationsContent;
  readonly searchResult?: SearchResult;
  readonly toolAddition?: ToolReference;
  readonly toolRemoval?: ToolReference;
}

export interface MediaBlock {
  readonly format: string;
  readonly source: MediaSource;
  readonly error?: { readonly message?: string };
}

/** The file of a block: exactly one of the fields is set. */
export interface MediaSource {
  /** Base64. */
  readonly bytes?: string;
  readonly s3Location?: { readonly uri: string; readonly bucketOwner?: string };
  /** The id of an upload, which Holdfast replaces with the uploaded bytes. */
  readonly upload?: string;
}

export interface DocumentBlock {
  readonly format?: string;
  readonly name: string;
  readonly source: MediaSource & {
    readonly text?: string;
    readonly content?: readonly { readonly text: string }[];
  };
  readonly context?: string;
  readonly citations?: { readonly enabled: boolean };
}

export interface ToolUse {
  readonly toolUseId: string;
  readonly name: string;
  readonly input: Json;
  readonly type?: 'server_tool_use';
}

export interface ToolResult {
  readonly toolUseId: string;
  readonly content: readonly ToolResultBlock[];
  readonly status?: 'success' | 'error';
  readonly type?: string;
}

export interface ToolResultBlock
  extends Pick<ContentBlock, 'text' | 'image' | 'document' | 'video' | 'searchResult'> {
  readonly json?: Json;
}

export interface GuardContent {
  readonly text?: { readonly text: string; readonly qualifiers?: readonly string[] };
  readonly image?: { readonly format: string; readonly source: { readonly bytes: string } };
}

export interface CachePoint {
  readonly type: 'default';
  readonly ttl?: '5m' | '1h';
}

export interface Reasoning {
  readonly reasoningText?: { readonly text: string; readonly signature?: string };
  /** Base64. */
  readonly redactedContent?: string;
}

export interface CitationsContent {
  readonly content?: readonly { readonly text: string }[];
  readonly citations?: readonly Citation[];
}

export interface Citation {
  readonly title?: string;
  readonly source?: string;
  readonly sourceContent?: readonly { readonly text: string }[];
  /** The place of the cited text, in the form of Converse. */
  readonly location?: Json;
}

export interface SearchResult {
  readonly source: string;
  readonly title: string;
  readonly content: readonly { readonly text: string }[];
  readonly citations?: { readonly enabled: boolean };
}

export interface ToolReference {
  readonly tool: { readonly type?: string; readonly name?: string; readonly serverName?: string };
}

export type SystemBlock = Pick<ContentBlock, 'text' | 'guardContent' | 'cachePoint'>;

export interface InferenceConfig {
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stopSequences?: readonly string[];
}

export interface ToolConfig {
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
}

/** Exactly one of the fields is set. */
export interface Tool {
  readonly toolSpec?: {
    readonly name: string;
    readonly description?: string;
    readonly inputSchema: { readonly json: Json };
    readonly strict?: boolean;
  };
  readonly systemTool?: { readonly name: string };
  readonly cachePoint?: CachePoint;
}

/** Exactly one of the fields is set. `any` and `tool` force a call. */
export interface ToolChoice {
  readonly auto?: object;
  readonly any?: object;
  readonly tool?: { readonly name: string };
}

export interface GuardrailConfig {
  readonly guardrailIdentifier?: string;
  readonly guardrailVersion?: string;
  readonly trace?: 'disabled' | 'enabled' | 'enabled_full';
  readonly streamProcessingMode?: 'sync' | 'async';
}

export interface OutputConfig {
  readonly textFormat?: {
    readonly type: 'json_schema';
    readonly structure: {
      readonly jsonSchema: {
        /** A JSON schema as a text. */
        readonly schema: string;
        readonly name?: string;
        readonly description?: string;
      };
    };
  };
  readonly effort?: Effort;
}

export const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];
