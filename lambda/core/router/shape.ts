import type { Sampling } from '../../contract/capabilities.ts';
import type { Conversation, InferenceConfig } from '../../contract/conversation.ts';
import { capabilitiesOf } from '../../contract/models.ts';
import type { Candidate } from './candidates.ts';
import { withNeutralNames } from './document-names.ts';
import type { ModelRequest } from './model-client.ts';
import { withInstruction } from './prompt-size.ts';

/** A part of the caller's request that was reduced to fit a target. */
export type Reduction = 'maxTokens' | 'temperature' | 'topP' | 'simplify';

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
  { target, tier }: Pick<Candidate, 'target' | 'tier'>,
  conversation: Conversation,
  jobId: string,
  promptTokens: number,
): Shaped {
  const { contextWindow, maxOutputTokens, sampling } = capabilitiesOf(target);
  const asked = conversation.inferenceConfig ?? {};

  const wanted = Math.min(
    asked.maxTokens ?? Number.POSITIVE_INFINITY,
    tier.maxTokens,
    maxOutputTokens,
  );
  const room = contextWindow - promptTokens;
  if (room < Math.min(wanted, SMALLEST_ANSWER_TOKENS)) return { fits: false };
  const maxTokens = Math.min(wanted, room);

  const refused = refusedParameters(asked, sampling);
  const { temperature, topP, stopSequences } = asked;
  return {
    fits: true,
    request: {
      target,
      conversation: {
        ...withNeutralNames(withInstruction(conversation, tier)),
        inferenceConfig: {
          maxTokens,
          ...(temperature !== undefined && !refused.includes('temperature') && { temperature }),
          ...(topP !== undefined && !refused.includes('topP') && { topP }),
          ...(stopSequences?.length && { stopSequences }),
        },
      },
      jobId,
    },
    reducedBy: [
      ...(maxTokens < (asked.maxTokens ?? wanted) ? (['maxTokens'] as const) : []),
      ...refused,
      ...(tier.simplify ? (['simplify'] as const) : []),
    ],
  };
}

/** Returns the given parameters that the model would refuse with a validation error. */
function refusedParameters(
  asked: InferenceConfig,
  sampling: Sampling,
): readonly ('temperature' | 'topP')[] {
  const given = (['temperature', 'topP'] as const).filter((name) => asked[name] !== undefined);
  switch (sampling) {
    case 'both':
      return [];
    case 'one':
      return given.length === 2 ? ['topP'] : [];
    case 'none':
      return given;
    default:
      return sampling satisfies never;
  }
}
