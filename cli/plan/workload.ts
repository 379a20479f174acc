import { capabilitiesOf, costUsd } from '../../lambda/contract/models.ts';
import type { Target, Tier } from '../../lambda/contract/policy.ts';
import { burndownOf } from '../../lambda/contract/quotas.ts';
import { heldTokens, usedTokens } from '../../lambda/core/admission/token-cost.ts';

/** The jobs of a day. All have the same size. */
export interface Workload {
  readonly jobsPerDay: number;
  readonly inputTokens: number;
  /** The tokens of an answer on average. */
  readonly outputTokens: number;
  /** The cap on an answer that each job asks for. @default the tier's */
  readonly maxTokens?: number;
  /** The jobs of the busiest minute, relative to an average minute. */
  readonly peak: number;
  /** The time from the start of a call to the end of its answer. */
  readonly answerSeconds: number;
}

/**
 * The time to the first token and the speed of Claude Sonnet 4.5: medians that Artificial Analysis
 * measured, as quoted in November 2025.
 */
const FIRST_TOKEN_SECONDS = 1.8;
const TOKENS_PER_SECOND = 63;

/** Returns how long an answer takes, if nobody has measured it. */
export function typicalAnswerSeconds(outputTokens: number): number {
  return Math.round(10 * (FIRST_TOKEN_SECONDS + outputTokens / TOKENS_PER_SECOND)) / 10;
}

/** One call of a job to a target. */
export interface Call {
  readonly maxTokens: number;
  readonly outputTokens: number;
  /** The tokens of the quota that an output token costs. */
  readonly burndown: number;
  /** The tokens of the quota that the call holds while it runs. */
  readonly heldTokens: number;
  /** The tokens of the quota that it has cost in the end. */
  readonly usedTokens: number;
  /** Absent if the price is not known. */
  readonly costUsd?: number;
}

/** Returns the call; undefined if the prompt and the answer do not fit the model's window. */
export function callOf(target: Target, tier: Tier, workload: Workload): Call | undefined {
  const { inputTokens } = workload;
  const { contextWindow, maxOutputTokens } = capabilitiesOf(target);
  const maxTokens = Math.min(workload.maxTokens ?? tier.maxTokens, tier.maxTokens, maxOutputTokens);
  const outputTokens = Math.min(workload.outputTokens, maxTokens);
  if (inputTokens + outputTokens > contextWindow) return undefined;
  const burndown = burndownOf(target);
  const expectedOutputTokens = outputTokens;
  return {
    maxTokens,
    outputTokens,
    burndown,
    heldTokens: heldTokens({ inputTokens, maxTokens, expectedOutputTokens, burndown }),
    usedTokens: usedTokens({ inputTokens, outputTokens }, burndown),
    costUsd: costUsd(target, { inputTokens, outputTokens }),
  };
}
