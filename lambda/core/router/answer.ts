import type { ContentBlock, Message } from '../../contract/conversation.ts';
import { costUsd } from '../../contract/models.ts';
import type { Candidate } from './candidates.ts';
import type { FinishedCall, Reading } from './finished-call.ts';
import { type ModelAnswer, TIME_LIMIT } from './model-client.ts';
import type { Answer } from './run-result.ts';

/**
 * Reads Bedrock's `stopReason`. A filtered answer is final: asking another model would evade the filter.
 * If `maxTokens` ends an answer within a thought or a tool call, the limit is the cause and not the model.
 */
export function readAnswer({ stopReason, message, hasBrokenToolCall }: ModelAnswer): Reading {
  const text = textOf(message);
  const isEmpty = text.trim() === '' && !message.content.some(isOfUse);
  const isTruncated = TRUNCATING.includes(stopReason);
  switch (stopReason) {
    case 'malformed_model_output':
    case 'malformed_tool_use':
      return { usable: false, reason: 'malformed' };
    case 'content_filtered':
    case 'guardrail_intervened':
      return { usable: true, truncated: false };
    case TIME_LIMIT:
      return hasBrokenToolCall || isEmpty || isHalfJson(text)
        ? { usable: false, reason: 'cut' }
        : { usable: true, truncated: true };
    default:
      if (hasBrokenToolCall && stopReason === 'tool_use') {
        return { usable: false, reason: 'malformed' };
      }
      if (isEmpty && !(isTruncated && (hasBrokenToolCall || message.content.some(isThought)))) {
        return { usable: false, reason: 'empty' };
      }
      return { usable: true, truncated: isTruncated };
  }
}

/** Returns the text of an answer: its blocks of text, joined. */
export function textOf({ content }: Message): string {
  return content
    .map(({ text, citationsContent }) => {
      const cited = citationsContent?.content ?? [];
      return text ?? cited.map((each) => each.text).join('');
    })
    .join('');
}

/** True for a block other than text that is an answer. Reasoning alone is none. */
function isOfUse({ toolUse, image, toolResult }: ContentBlock): boolean {
  return (toolUse ?? image ?? toolResult) !== undefined;
}

function isThought({ reasoningContent }: ContentBlock): boolean {
  return reasoningContent !== undefined;
}

/** True for an answer that is the model's fault. An answer that the time limit cut is not. */
export function isUnusable(reading: Reading | undefined): boolean {
  return reading?.usable === false && reading.reason !== 'cut';
}

const TRUNCATING: readonly string[] = ['max_tokens', 'model_context_window_exceeded'];

/** The start of a JSON object or list, with or without a Markdown fence. */
const JSON_START = /^\s*(?:```(?:json)?\s*)?(?:\{\s*["}]|\[\s*[[{"])/;

/** True if the text begins as a JSON document but does not end as one. */
function isHalfJson(text: string): boolean {
  if (!JSON_START.test(text)) return false;
  try {
    JSON.parse(text.replace(/^\s*```(?:json)?/, '').replace(/```\s*$/, ''));
    return false;
  } catch {
    return true;
  }
}

/** Returns the answer with the target that served it, the reductions and the cost. */
export function answerFrom(
  { key, target, tier, preferred }: Candidate,
  { message, usage, hasBrokenToolCall: _, ...said }: ModelAnswer,
  truncated: boolean,
  { reducedBy, heldTokens }: Pick<FinishedCall, 'reducedBy' | 'heldTokens'>,
): Answer {
  const cost = costUsd(target, usage);
  const degradedBy = preferred ? reducedBy : ['tier', ...reducedBy];
  return {
    output: { message },
    text: textOf(message),
    ...said,
    servedBy: key,
    tier: tier.name,
    degraded: degradedBy.length > 0,
    degradedBy,
    truncated,
    usage: { ...usage, ...(heldTokens !== undefined && { heldTokens }) },
    ...(cost !== undefined && { costUsd: cost }),
  };
}
