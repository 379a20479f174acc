import type { ModelAnswer } from '../../lambda/core/router/model-client.ts';

/** Returns an answer of a model whose only block is a text; an empty text is no block. */
export function aModelAnswer(text: string, more: Partial<ModelAnswer> = {}): ModelAnswer {
  return {
    message: { role: 'assistant', content: text === '' ? [] : [{ text }] },
    stopReason: 'end_turn',
    usage: { inputTokens: 10, outputTokens: 5 },
    ...more,
  };
}
