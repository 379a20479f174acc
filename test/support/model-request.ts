import { userMessage } from '../../lambda/contract/conversation.ts';
import type { ModelRequest, ShapedConversation } from '../../lambda/core/router/model-client.ts';

/** Returns a request for one short message; the fields are the request's own or its conversation's. */
export function aModelRequest({
  target = { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-6' },
  jobId = 'job-1',
  ...conversation
}: Partial<Omit<ModelRequest, 'conversation'> & ShapedConversation> = {}): ModelRequest {
  const messages = [userMessage('hello')];
  return {
    target,
    conversation: { messages, inferenceConfig: { maxTokens: 64 }, ...conversation },
    jobId,
  };
}
