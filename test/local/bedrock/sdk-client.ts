import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
  ConverseStreamCommand,
  type ConverseStreamCommandOutput,
  type ConverseStreamOutput,
  CountTokensCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';

export const MODEL = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';

/** The HTTP versions that the SDK client can use. Its default handler uses HTTP/2. */
export const PROTOCOLS = ['HTTP/1.1', 'HTTP/2'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** The real SDK client, with its own retries off. */
export function aClient(
  endpoint: string,
  { protocol = 'HTTP/1.1', region = 'us-east-1' }: { protocol?: Protocol; region?: string } = {},
): BedrockRuntimeClient {
  const config: BedrockRuntimeClientConfig = {
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  return new BedrockRuntimeClient(
    protocol === 'HTTP/2' ? config : { ...config, requestHandler: new NodeHttpHandler() },
  );
}

export function aConverse(input: Partial<ConverseCommandInput> = {}): ConverseCommand {
  return new ConverseCommand({
    modelId: MODEL,
    messages: [{ role: 'user', content: [{ text: 'Say hello' }] }],
    inferenceConfig: { maxTokens: 100 },
    ...input,
  });
}

export function aStream(input: Partial<ConverseCommandInput> = {}): ConverseStreamCommand {
  return new ConverseStreamCommand(aConverse(input).input);
}

export interface ReadStream {
  readonly events: readonly ConverseStreamOutput[];
  readonly text: string;
  readonly error?: SdkError;
}

/**
 * Reads a stream to its end, or up to its error.
 *
 * @param onText receives the text so far
 */
export async function readStream(
  { stream }: ConverseStreamCommandOutput,
  onText: (text: string) => void = () => undefined,
): Promise<ReadStream> {
  if (!stream) throw new Error('the response has no stream');
  const events: ConverseStreamOutput[] = [];
  let text = '';
  try {
    for await (const event of stream) {
      events.push(event);
      text += event.contentBlockDelta?.delta?.text ?? '';
      onText(text);
    }
    return { events, text };
  } catch (error: unknown) {
    return { events, text, error: error as SdkError };
  }
}

export function aCount(text: string, modelId = 'anthropic.claude-sonnet-4-6'): CountTokensCommand {
  const converse = { messages: [{ role: 'user' as const, content: [{ text }] }] };
  return new CountTokensCommand({ modelId, input: { converse } });
}

/** Returns the SDK's error for a call that must fail. */
export async function errorOf(call: Promise<unknown>): Promise<SdkError> {
  return call.then(
    () => {
      throw new Error('the call was answered');
    },
    (error: SdkError) => error,
  );
}

export interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly [field: string]: unknown;
}

export function textOf(output: ConverseCommandOutput): string | undefined {
  return output.output?.message?.content?.[0]?.text;
}
