import type { ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime';
import type { ModelRequest } from '../core/router/model-client.ts';

/** Returns a request in the format that Converse and ConverseStream share. */
export function converseInput(request: ModelRequest): ConverseCommandInput {
  const { target, inferenceConfig, jobId } = request;
  const { stopSequences, ...numbers } = inferenceConfig;
  return {
    modelId: target.modelId,
    ...contentOf(request),
    inferenceConfig: { ...numbers, ...(stopSequences && { stopSequences: [...stopSequences] }) },
    requestMetadata: { jobId },
  };
}

/** Returns the conversation in Converse's format, which calls and token counts both use. */
export function contentOf({ system, messages }: Pick<ModelRequest, 'system' | 'messages'>) {
  return {
    ...(system !== undefined && { system: [{ text: system }] }),
    messages: messages.map(({ role, text }) => ({ role, content: [{ text }] })),
  };
}
