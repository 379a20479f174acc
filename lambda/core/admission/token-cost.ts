/** The tokens of a call that cost quota: reads from the cache cost none. */
export interface QuotaUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheWriteInputTokens?: number;
}

export interface PlannedCall {
  readonly inputTokens: number;
  readonly maxTokens: number;
  /** The output tokens that such a call has on average. */
  readonly expectedOutputTokens: number;
  /** The tokens of the quota that an output token costs. */
  readonly burndown: number;
}

/**
 * Returns the tokens that a call holds when it starts. Bedrock holds input and `maxTokens`. The call may
 * cost more in the end, because output is charged with the burndown, so it holds what it will probably
 * cost, if that is more.
 */
export function heldTokens(call: PlannedCall): number {
  const { inputTokens, maxTokens, expectedOutputTokens, burndown } = call;
  const output = Math.min(expectedOutputTokens, maxTokens);
  return inputTokens + Math.max(maxTokens, burndown * output);
}

/** Returns the tokens that a call has cost when it has ended. */
export function usedTokens(usage: QuotaUsage, burndown: number): number {
  const { inputTokens, outputTokens, cacheWriteInputTokens = 0 } = usage;
  return inputTokens + cacheWriteInputTokens + burndown * outputTokens;
}
