import type { Conversation } from '../../contract/conversation.ts';
import { profileOf } from '../../contract/geography.ts';
import { capabilitiesOf } from '../../contract/models.ts';
import type { Target } from '../../contract/policy.ts';
import { type AdaptationTarget, adaptConversation } from './adapted-conversation.ts';
import type { ModelClient } from './model-client.ts';
import { estimatedTokens } from './prompt-estimate.ts';

/** For every known text, the real count and the estimate differ by at most this factor. */
const ESTIMATE_FACTOR = 2;

/** True if the prompt certainly does not fit the target's window. */
export function isHopeless(target: Target, estimate: number): boolean {
  return estimate > capabilitiesOf(target).contextWindow * ESTIMATE_FACTOR;
}

/** The size of a run's prompt, counted by the model only if the estimate is not good enough. */
export class PromptSize {
  readonly #models: Pick<ModelClient, 'countTokens'>;
  readonly #conversation: Conversation;
  /** Counts by tier and model; a model has the same tokenizer in each region. */
  readonly #counts = new Map<string, number | undefined>();
  /** Estimates by tier, because a long prompt takes time to measure. */
  readonly #estimates = new Map<string, number>();

  constructor(models: Pick<ModelClient, 'countTokens'>, conversation: Conversation) {
    this.#models = models;
    this.#conversation = conversation;
  }

  /** Estimates the tokens of the prompt as this tier sends it. */
  estimate(tier: AdaptationTarget['tier']): number {
    const known = this.#estimates.get(tier.name);
    if (known !== undefined) return known;
    const estimate = estimatedTokens(this.#conversation, tier);
    this.#estimates.set(tier.name, estimate);
    return estimate;
  }

  /**
   * True if the estimate is too close to the model's window to rely on. Only then is it worth a
   * request to count the tokens; a prompt far below or far above the limit needs no count.
   */
  isClose({ target, tier }: AdaptationTarget): boolean {
    const { contextWindow, maxOutputTokens } = capabilitiesOf(target);
    if (contextWindow === Number.POSITIVE_INFINITY) return false;
    const estimate = this.estimate(tier);
    const room = contextWindow - Math.min(tier.maxTokens, maxOutputTokens);
    const isSafe = estimate * ESTIMATE_FACTOR <= room;
    return !isSafe && !isHopeless(target, estimate);
  }

  /** Returns the model's own count if the estimate is close; without one, the estimate. */
  async tokens(candidate: AdaptationTarget, timeoutMs: number): Promise<number> {
    const estimate = this.estimate(candidate.tier);
    if (!this.isClose(candidate)) return estimate;
    const { target, tier } = candidate;
    const key = `${tier.name}/${profileOf(target).model}`;
    if (!this.#counts.has(key)) {
      const { conversation } = adaptConversation(candidate, this.#conversation);
      const prompt = { target, conversation };
      this.#counts.set(key, await this.#models.countTokens(prompt, timeoutMs));
    }
    return this.#counts.get(key) ?? estimate;
  }
}
