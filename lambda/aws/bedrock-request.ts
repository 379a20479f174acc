import type {
  ConverseCommandInput,
  ConverseStreamCommandInput,
  ConverseTokensRequest,
} from '@aws-sdk/client-bedrock-runtime';
import type { Conversation } from '../contract/conversation.ts';
import { capabilitiesOf } from '../contract/models.ts';
import type { ModelRequest } from '../core/router/model-client.ts';
import { sdkBlock } from './bedrock-blocks.ts';

/** Bedrock accepts no more entries of request metadata. */
const MOST_METADATA = 16;

/** Returns a request in the format that Converse and ConverseStream share. */
export function converseInput({
  target,
  conversation,
  jobId,
}: ModelRequest): ConverseStreamCommandInput {
  const { requestMetadata: asked = {}, ...rest } = conversation;
  const takesMetadata = capabilitiesOf(target).requestMetadata;
  const hasRoom = Object.keys(asked).length < MOST_METADATA;
  const requestMetadata = { ...asked, ...(hasRoom && { jobId }) };
  return {
    modelId: target.modelId,
    ...rest,
    ...contentOf(rest),
    ...(takesMetadata && { requestMetadata }),
  } as ConverseStreamCommandInput;
}

/** Returns the request as Converse takes it, which refuses the options of streams. */
export function wholeInput(request: ModelRequest): ConverseCommandInput {
  const { guardrailConfig, ...input } = converseInput(request);
  if (!guardrailConfig) return input;
  const { streamProcessingMode: _, ...guardrail } = guardrailConfig;
  return { ...input, guardrailConfig: guardrail };
}

/** Returns the part of a request that decides how many tokens its prompt has. */
export function promptOf(conversation: Conversation): ConverseTokensRequest {
  const { toolConfig, additionalModelRequestFields } = conversation;
  return {
    ...contentOf(conversation),
    toolConfig,
    additionalModelRequestFields,
  } as ConverseTokensRequest;
}

/** The SDK wants bytes where the conversation has base64. */
function contentOf({ messages, system }: Conversation) {
  return {
    messages: messages.map(({ role, content }) => ({ role, content: content.map(sdkBlock) })),
    ...(system && { system: system.map(sdkBlock) }),
  };
}
