import { profileOf } from '../../contract/geography.ts';
import type { Conversation } from '../../contract/job-request.ts';
import { modelFacts } from '../../contract/models.ts';
import type { Candidate } from './candidates.ts';
import type { ModelClient } from './model-client.ts';

/**
 * English runs at 4 bytes a token or a little more, source code and other scripts nearer 3. Where
 * nothing better is to be had the estimate errs on the small side on purpose: a target that cannot
 * take a prompt says so for free and the next one is tried, while a target that was skipped cannot
 * say that it would have fit.
 */
const BYTES_PER_TOKEN = 4;

/** No text is known to have more, or fewer, tokens than the estimate by a greater factor. */
const ESTIMATE_FACTOR = 2;

type Place = Pick<Candidate, 'target' | 'tier'>;

/** The system prompt as this tier sends it; empty for none. */
export function systemPrompt({ system }: Conversation, { simplify }: Place['tier']): string {
  return [system, simplify].filter(Boolean).join('\n\n');
}

/** Tokens of the prompt as this tier sends it, by the length of its text. */
export function estimatedTokens(conversation: Conversation, tier: Place['tier']): number {
  const texts = [
    systemPrompt(conversation, tier),
    ...conversation.messages.map(({ text }) => text),
  ];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** A run's prompt, measured as well as each of its targets needs. */
export class PromptSize {
  readonly #models: Pick<ModelClient, 'countTokens'>;
  readonly #conversation: Conversation;
  /** By tier and model: a tokenizer is the model's, whichever region counts. */
  readonly #counts = new Map<string, number | undefined>();

  constructor(models: Pick<ModelClient, 'countTokens'>, conversation: Conversation) {
    this.#models = models;
    this.#conversation = conversation;
  }

  /**
   * Whether the estimate is too near the model's window to decide by. Only then is it worth a call
   * to have the tokens counted; a prompt that is hopeless, or far from the limit, needs none.
   */
  isClose({ target, tier }: Place): boolean {
    const facts = modelFacts(target);
    if (!facts) return false;
    const estimate = estimatedTokens(this.#conversation, tier);
    const room = facts.contextWindow - Math.min(tier.maxTokens, facts.maxOutputTokens);
    const isSafe = estimate * ESTIMATE_FACTOR <= room;
    const isHopeless = estimate > facts.contextWindow * ESTIMATE_FACTOR;
    return !isSafe && !isHopeless;
  }

  /** As the model counts them if that matters and it says so, else the estimate. */
  async tokens(place: Place, timeoutMs: number): Promise<number> {
    const estimate = estimatedTokens(this.#conversation, place.tier);
    if (!this.isClose(place)) return estimate;
    const { target, tier } = place;
    const key = `${tier.name}/${profileOf(target).model}`;
    if (!this.#counts.has(key)) {
      const system = systemPrompt(this.#conversation, tier);
      const { messages } = this.#conversation;
      const prompt = { target, messages, ...(system && { system }) };
      this.#counts.set(key, await this.#models.countTokens(prompt, timeoutMs));
    }
    return this.#counts.get(key) ?? estimate;
  }
}
