import { isStreamed } from '../lambda/contract/models.ts';
import type { Target } from '../lambda/contract/policy.ts';
import type {
  CallLimits,
  CallOutcome,
  ModelClient,
  ShapedConversation,
} from '../lambda/core/router/model-client.ts';

/** Calls a target as the jobs do: in its region, by its id, and as a stream if the target streams. */
export async function testCall(
  models: Pick<ModelClient, 'converse'>,
  target: Target,
  conversation: ShapedConversation,
  limits: Omit<CallLimits, 'isStreamed'>,
): Promise<Exclude<CallOutcome, { readonly outcome: 'aborted' }>> {
  const result = await models.converse(
    { target, conversation, jobId: 'doctor' },
    { isStreamed: isStreamed(target, conversation.toolConfig !== undefined), ...limits },
    { onToken: () => undefined, signal: new AbortController().signal },
  );
  if (result.outcome === 'aborted') throw new Error('nobody aborts the test call');
  return result;
}
