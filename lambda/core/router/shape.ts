import type { Conversation } from '../../contract/conversation.ts';
import { capabilitiesOf } from '../../contract/models.ts';
import {
  type AdaptationTarget,
  adaptConversation,
  type Reduction,
} from './adapted-conversation.ts';
import type { ModelRequest } from './model-client.ts';
import { withThinkingBudget } from './thinking-budget.ts';

export type Shaped =
  | {
      readonly fits: true;
      readonly request: ModelRequest;
      readonly reducedBy: readonly Reduction[];
    }
  | { readonly fits: false };

/** A window with less room than this for the answer counts as full. */
const SMALLEST_ANSWER_TOKENS = 256;

/** Adapts the job's request to a target, unless the prompt does not fit its window. */
export function shapeRequest(
  candidate: AdaptationTarget,
  conversation: Conversation,
  jobId: string,
  promptTokens: number,
): Shaped {
  const answer = answerTokens(candidate, conversation, promptTokens);
  if (!answer) return { fits: false };
  const { maxTokens, isReduced } = answer;
  const { target } = candidate;
  const adapted = adaptConversation(candidate, conversation);
  const budgeted = withThinkingBudget(adapted.conversation, maxTokens);
  const { inferenceConfig } = budgeted.conversation;
  return {
    fits: true,
    request: {
      target,
      conversation: {
        ...budgeted.conversation,
        inferenceConfig: { ...inferenceConfig, maxTokens },
      },
      jobId,
    },
    reducedBy: [
      ...(isReduced ? (['maxTokens'] as const) : []),
      ...adapted.reducedBy,
      ...(budgeted.isReduced ? (['additionalModelRequestFields'] as const) : []),
    ],
  };
}

/** Returns true if the window has room for the prompt and an answer. */
export function fitsWindow(
  candidate: Pick<AdaptationTarget, 'target' | 'tier'>,
  conversation: Conversation,
  promptTokens: number,
): boolean {
  return answerTokens(candidate, conversation, promptTokens) !== undefined;
}

/** Returns the length of the answer that the job asks for, within the limits of the tier and the model. */
export function wantedAnswerTokens(
  { target, tier }: Pick<AdaptationTarget, 'target' | 'tier'>,
  { inferenceConfig }: Pick<Conversation, 'inferenceConfig'>,
): number {
  const { maxOutputTokens } = capabilitiesOf(target);
  const asked = inferenceConfig?.maxTokens ?? Number.POSITIVE_INFINITY;
  return Math.min(asked, tier.maxTokens, maxOutputTokens);
}

/** Returns the length of the answer; undefined if the window has too little room for one. */
function answerTokens(
  { target, tier }: Pick<AdaptationTarget, 'target' | 'tier'>,
  { inferenceConfig }: Conversation,
  promptTokens: number,
): { readonly maxTokens: number; readonly isReduced: boolean } | undefined {
  const { contextWindow } = capabilitiesOf(target);
  const asked = inferenceConfig?.maxTokens;
  const wanted = wantedAnswerTokens({ target, tier }, { inferenceConfig });
  const room = contextWindow - promptTokens;
  if (room < Math.min(wanted, SMALLEST_ANSWER_TOKENS)) return undefined;
  const maxTokens = Math.min(wanted, room);
  return { maxTokens, isReduced: maxTokens < (asked ?? wanted) };
}
