import type {
  ContentBlockDelta,
  ConverseCommandOutput,
  ConverseStreamOutput,
  TokenUsage,
} from '@aws-sdk/client-bedrock-runtime';
import type { AnswerEvent } from '../core/router/answer-assembly.ts';
import type { ModelAnswer, Usage } from '../core/router/model-client.ts';

/** Bedrock always gives a stop reason; this one replaces a missing one. */
const NO_STOP_REASON = 'unknown';

/**
 * Reads the answer of Converse. It joins the text blocks; reasoning and other blocks are not part of
 * the answer.
 */
export function answerOf({ output, stopReason, usage }: ConverseCommandOutput): ModelAnswer {
  const blocks = output?.message?.content ?? [];
  return {
    text: blocks.map((block) => block.text ?? '').join(''),
    stopReason: stopReason ?? NO_STOP_REASON,
    usage: usageOf(usage),
  };
}

/** Reads an event of ConverseStream. */
export function answerEventOf(event: ConverseStreamOutput): AnswerEvent {
  const { contentBlockStart, contentBlockDelta, contentBlockStop, messageStop, metadata } = event;
  if (contentBlockStart?.start?.toolUse) {
    return { type: 'tool-call', block: contentBlockStart.contentBlockIndex ?? 0 };
  }
  if (contentBlockDelta) {
    const { contentBlockIndex: block = 0, delta } = contentBlockDelta;
    return { type: 'content', block, ...contentOf(delta) };
  }
  if (contentBlockStop) {
    return { type: 'block-stop', block: contentBlockStop.contentBlockIndex ?? 0 };
  }
  if (messageStop) {
    return { type: 'message-stop', stopReason: messageStop.stopReason ?? NO_STOP_REASON };
  }
  if (metadata?.usage) return { type: 'usage', usage: usageOf(metadata.usage) };
  return { type: 'other' };
}

/** Reads a piece of a block. Citations and other additions to a text have no length of their own. */
function contentOf(delta: ContentBlockDelta | undefined) {
  if (delta?.text !== undefined) {
    return { text: delta.text, bytes: Buffer.byteLength(delta.text) };
  }
  const { text, signature, redactedContent } = delta?.reasoningContent ?? {};
  const piece = delta?.toolUse?.input ?? text ?? signature ?? '';
  return { bytes: redactedContent?.byteLength ?? Buffer.byteLength(piece) };
}

function usageOf(usage: TokenUsage | undefined): Usage {
  return { inputTokens: usage?.inputTokens ?? 0, outputTokens: usage?.outputTokens ?? 0 };
}
