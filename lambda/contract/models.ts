/**
 * Facts about the foundation models: limits, prices, end of life, refused parameters. They are
 * keyed by model id; ids follow no grammar, so no fact is derived from an id. Holdfast also calls
 * unknown models. For an unknown model, only the tier's cap limits the answer, and no cost is
 * reported.
 *
 * Sources: limits and prices from Anthropic's model pages and price list, end-of-life dates from
 * Amazon Bedrock's "Model lifecycle" and the projects that track it, read in November 2026.
 */
import { profileOf } from './geography.ts';
import type { Target } from './policy.ts';
import type { Streams } from './words.ts';

export interface ModelFacts {
  /** Tokens shared by input and answer. */
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  /** List price in US dollars per million tokens. */
  readonly price?: { readonly input: number; readonly output: number };
  /**
   * The model's last day in the last region that offers it, `YYYY-MM-DD`. Other regions may stop
   * earlier.
   */
  readonly endOfLife?: string;
  /**
   * The parameters that the model refuses. `sampling`: temperature and topP. `both`: temperature
   * together with topP.
   */
  readonly refuses?: 'sampling' | 'both';
  /** True if the model refuses a conversation that ends with the beginning of its answer. */
  readonly refusesFinalAssistantTurn?: true;
  /** @default yes */
  readonly streams?: Streams;
}

const CLAUDE_5: ModelFacts = {
  contextWindow: 1_000_000,
  maxOutputTokens: 128_000,
  refuses: 'sampling',
  refusesFinalAssistantTurn: true,
};

const MODELS: Readonly<Record<string, ModelFacts>> = {
  'anthropic.claude-3-haiku-20240307-v1:0': {
    contextWindow: 200_000,
    maxOutputTokens: 4_096,
    price: { input: 0.25, output: 1.25 },
  },
  'anthropic.claude-3-sonnet-20240229-v1:0': {
    contextWindow: 200_000,
    maxOutputTokens: 4_096,
    price: { input: 3, output: 15 },
    endOfLife: '2026-07-30',
  },
  'anthropic.claude-3-5-sonnet-20240620-v1:0': {
    contextWindow: 200_000,
    maxOutputTokens: 8_192,
    price: { input: 3, output: 15 },
    endOfLife: '2026-07-30',
  },
  'anthropic.claude-3-5-sonnet-20241022-v2:0': {
    contextWindow: 200_000,
    maxOutputTokens: 8_192,
    price: { input: 3, output: 15 },
    endOfLife: '2026-07-30',
  },
  'anthropic.claude-3-5-haiku-20241022-v1:0': {
    contextWindow: 200_000,
    maxOutputTokens: 8_192,
    price: { input: 0.8, output: 4 },
    endOfLife: '2026-06-19',
  },
  'anthropic.claude-3-7-sonnet-20250219-v1:0': {
    contextWindow: 200_000,
    maxOutputTokens: 64_000,
    price: { input: 3, output: 15 },
    endOfLife: '2026-04-28',
  },
  'anthropic.claude-sonnet-4-20250514-v1:0': {
    contextWindow: 200_000,
    maxOutputTokens: 64_000,
    price: { input: 3, output: 15 },
    endOfLife: '2026-10-14',
  },
  'anthropic.claude-sonnet-4-5-20250929-v1:0': {
    contextWindow: 200_000,
    maxOutputTokens: 64_000,
    price: { input: 3, output: 15 },
    refuses: 'both',
  },
  'anthropic.claude-haiku-4-5-20251001-v1:0': {
    contextWindow: 200_000,
    maxOutputTokens: 64_000,
    price: { input: 1, output: 5 },
    refuses: 'both',
  },
  'anthropic.claude-opus-4-5-20251101-v1:0': {
    contextWindow: 200_000,
    maxOutputTokens: 64_000,
    price: { input: 5, output: 25 },
    refuses: 'both',
  },
  'anthropic.claude-opus-4-6-v1': {
    contextWindow: 1_000_000,
    maxOutputTokens: 128_000,
    price: { input: 5, output: 25 },
    refuses: 'both',
    refusesFinalAssistantTurn: true,
  },
  'anthropic.claude-sonnet-4-6': {
    contextWindow: 1_000_000,
    maxOutputTokens: 128_000,
    price: { input: 3, output: 15 },
    refuses: 'both',
    refusesFinalAssistantTurn: true,
  },
  'anthropic.claude-opus-4-7': CLAUDE_5,
  'anthropic.claude-opus-4-8': CLAUDE_5,
  'anthropic.claude-sonnet-5': { ...CLAUDE_5, price: { input: 2, output: 10 } },
  'anthropic.claude-sonnet-5-5': { ...CLAUDE_5, price: { input: 2, output: 10 } },
  'anthropic.claude-opus-5': { ...CLAUDE_5, price: { input: 5, output: 25 } },
  'anthropic.claude-opus-5-5': { ...CLAUDE_5, price: { input: 4, output: 20 } },
  'anthropic.claude-haiku-5-5': CLAUDE_5,
  'anthropic.claude-fable-5-1': { ...CLAUDE_5, price: { input: 10, output: 50 } },
};

/** Returns the facts about a target's model, or `undefined` for an unknown model. */
export function modelFacts(target: Target): ModelFacts | undefined {
  const { model } = profileOf(target);
  return Object.hasOwn(MODELS, model) ? MODELS[model] : undefined;
}

/** Returns true if the target is called with ConverseStream for a request with or without tools. */
export function isStreamed(target: Target, hasTools = false): boolean {
  const streams = target.capabilities?.streams ?? modelFacts(target)?.streams ?? 'yes';
  return streams === 'yes' || (streams === 'not-with-tools' && !hasTools);
}

/** Returns the cost in US dollars at list price; `undefined` if the price is not known. */
export function costUsd(
  target: Target,
  usage: { readonly inputTokens: number; readonly outputTokens: number },
): number | undefined {
  const price = modelFacts(target)?.price;
  return price && (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1_000_000;
}
