import { costUsd } from '../../contract/models.ts';
import type { Candidate } from './candidates.ts';
import type { ModelAnswer } from './model-client.ts';
import type { Answer } from './run-result.ts';
import type { Reduction } from './shape.ts';

/** The result of reading an answer. Not every HTTP 200 contains an answer that is of use. */
export type Reading =
  | { readonly usable: true; readonly truncated: boolean }
  | { readonly usable: false; readonly reason: 'empty' | 'malformed' };

/** Reads Bedrock's `stopReason`. A filtered answer is final: asking another model would evade the filter. */
export function readAnswer({ stopReason, text }: ModelAnswer): Reading {
  switch (stopReason) {
    case 'malformed_model_output':
    case 'malformed_tool_use':
      return { usable: false, reason: 'malformed' };
    case 'content_filtered':
    case 'guardrail_intervened':
      return { usable: true, truncated: false };
    default:
      if (text.trim() === '') return { usable: false, reason: 'empty' };
      return { usable: true, truncated: TRUNCATING.includes(stopReason) };
  }
}

const TRUNCATING: readonly string[] = ['max_tokens', 'model_context_window_exceeded'];

/** Returns the answer with the target that served it, the reductions and the cost. */
export function answerFrom(
  { key, target, tier, preferred }: Candidate,
  { text, stopReason, usage }: ModelAnswer,
  truncated: boolean,
  reducedBy: readonly Reduction[],
): Answer {
  const cost = costUsd(target, usage);
  const degradedBy = preferred ? reducedBy : ['tier', ...reducedBy];
  return {
    text,
    stopReason,
    servedBy: key,
    tier: tier.name,
    degraded: degradedBy.length > 0,
    degradedBy,
    truncated,
    usage,
    ...(cost !== undefined && { costUsd: cost }),
  };
}
