import type {
  ConverseCommandOutput,
  ConverseStreamOutput,
  TokenUsage,
} from '@aws-sdk/client-bedrock-runtime';
import type { AnswerEvent } from '../core/router/answer-assembly.ts';
import type { Piece } from '../core/router/draft-block.ts';
import type { ModelAnswer, Usage } from '../core/router/model-client.ts';
import { jsonBlock, jsonOf, pieceOf, startOf } from './bedrock-blocks.ts';

/** Bedrock always gives a stop reason; this one replaces a missing one. */
const NO_STOP_REASON = 'unknown';

/** Reads the answer of Converse. */
export function answerOf(reply: ConverseCommandOutput): ModelAnswer {
  const { output, stopReason, usage, trace, additionalModelResponseFields } = reply;
  return {
    message: { role: 'assistant', content: (output?.message?.content ?? []).map(jsonBlock) },
    stopReason: stopReason ?? NO_STOP_REASON,
    usage: usageOf(usage),
    ...(trace && { trace }),
    ...(additionalModelResponseFields !== undefined && {
      additionalModelResponseFields: jsonOf(additionalModelResponseFields),
    }),
  };
}

/** Reads an event of ConverseStream. */
export function answerEventOf(event: ConverseStreamOutput): AnswerEvent {
  const { contentBlockStart, contentBlockDelta, contentBlockStop, messageStop, metadata } = event;
  if (contentBlockStart?.start) {
    const { contentBlockIndex: block = 0 } = contentBlockStart;
    const start = startOf(contentBlockStart.start);
    return start ? { type: 'block-start', block, start } : { type: 'other' };
  }
  if (contentBlockDelta) {
    const { contentBlockIndex: block = 0, delta } = contentBlockDelta;
    const piece = delta ? pieceOf(delta) : {};
    return { type: 'content', block, bytes: sizeOf(piece), piece };
  }
  if (contentBlockStop) {
    return { type: 'block-stop', block: contentBlockStop.contentBlockIndex ?? 0 };
  }
  if (messageStop) {
    const { stopReason = NO_STOP_REASON, additionalModelResponseFields: fields } = messageStop;
    return {
      type: 'message-stop',
      stopReason,
      ...(fields !== undefined && { additionalModelResponseFields: jsonOf(fields) }),
    };
  }
  if (metadata?.usage) {
    const { usage, trace } = metadata;
    return { type: 'usage', usage: usageOf(usage), ...(trace && { trace }) };
  }
  return { type: 'other' };
}

/** Returns the bytes that the model wrote. A citation is an addition, and has no length of its own. */
function sizeOf({ text, toolInput, toolResult, reasoning, signature, ...rest }: Piece): number {
  const { redacted = '', imageBytes = '' } = rest;
  const result = toolResult ? JSON.stringify(toolResult) : '';
  const written = text ?? toolInput ?? reasoning ?? signature ?? result;
  return Buffer.byteLength(written) + Buffer.byteLength(redacted + imageBytes, 'base64');
}

function usageOf(usage: TokenUsage | undefined): Usage {
  const {
    inputTokens = 0,
    outputTokens = 0,
    cacheReadInputTokens,
    cacheWriteInputTokens,
  } = usage ?? {};
  return {
    inputTokens,
    outputTokens,
    ...(cacheReadInputTokens && { cacheReadInputTokens }),
    ...(cacheWriteInputTokens && { cacheWriteInputTokens }),
  };
}
