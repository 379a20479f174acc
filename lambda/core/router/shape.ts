import { type ModelFacts, modelFacts } from '../../contract/models.ts';
import type { Candidate } from './candidates.ts';
import type { Conversation, InferenceConfig, ModelRequest } from './model-client.ts';

/** What was taken from the caller's request to make it fit a target. */
export type Reduction = 'maxTokens' | 'temperature' | 'topP' | 'simplify';

export type Shaped =
  | {
      readonly fits: true;
      readonly request: ModelRequest;
      readonly reducedBy: readonly Reduction[];
    }
  | { readonly fits: false };

/**
 * English runs at 4 bytes a token or a little more, source code and other scripts nearer 3. The
 * estimate errs on the small side on purpose: a target that cannot take a prompt says so for free
 * and the next one is tried, while a target that was skipped cannot say that it would have fit.
 */
const BYTES_PER_TOKEN = 4;

/** A window that leaves less than this for the answer counts as full. */
const SMALLEST_ANSWER_TOKENS = 256;

/** The job's request in the form that this target takes, or that it takes none. */
export function shapeRequest(
  { target, tier }: Pick<Candidate, 'target' | 'tier'>,
  conversation: Conversation,
  jobId: string,
): Shaped {
  const facts = modelFacts(target);
  const system = [conversation.system, tier.simplify].filter(Boolean).join('\n\n');
  const asked = conversation.inferenceConfig ?? {};

  const wanted = Math.min(
    asked.maxTokens ?? Number.POSITIVE_INFINITY,
    tier.maxTokens,
    facts?.maxOutputTokens ?? Number.POSITIVE_INFINITY,
  );
  const room = facts ? facts.contextWindow - inputTokens(conversation, system) : wanted;
  if (room < Math.min(wanted, SMALLEST_ANSWER_TOKENS)) return { fits: false };
  const maxTokens = Math.min(wanted, room);

  const refused = refusedParameters(asked, facts?.refuses);
  const { temperature, topP, stopSequences } = asked;
  return {
    fits: true,
    request: {
      target,
      ...(system && { system }),
      messages: conversation.messages,
      inferenceConfig: {
        maxTokens,
        ...(temperature !== undefined && !refused.includes('temperature') && { temperature }),
        ...(topP !== undefined && !refused.includes('topP') && { topP }),
        ...(stopSequences?.length && { stopSequences }),
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

function inputTokens({ messages }: Conversation, system: string): number {
  const bytes = messages.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  return Math.ceil((bytes + Buffer.byteLength(system)) / BYTES_PER_TOKEN);
}

/** Those asked for that the model would answer with a validation error. */
function refusedParameters(
  asked: InferenceConfig,
  refuses: ModelFacts['refuses'],
): readonly ('temperature' | 'topP')[] {
  const given = (['temperature', 'topP'] as const).filter((name) => asked[name] !== undefined);
  switch (refuses) {
    case undefined:
      return [];
    case 'both':
      return given.length === 2 ? ['topP'] : [];
    case 'sampling':
      return given;
    default:
      return refuses satisfies never;
  }
}
