/**
 * Facts about the foundation models: capabilities, limits, prices, end of life. They are keyed by
 * model id; ids follow no grammar, so no fact is derived from an id. Holdfast also calls unknown
 * models: they count as capable of everything, only the tier's cap limits their answers, and no cost
 * is reported.
 *
 * The end-of-life dates are from Amazon Bedrock's "Model lifecycle" and the projects that track it,
 * read in November 2026.
 */
import {
  type Capabilities,
  NEEDS,
  type Need,
  PREFERENCES,
  type Preference,
} from './capabilities.ts';
import { profileOf } from './geography.ts';
import { MODEL_KINDS, type ModelKind } from './model-kinds.ts';
import { MODEL_TABLE } from './model-table.ts';
import type { Target } from './policy.ts';

/** List prices in US dollars per million tokens. Without a price, a cached token costs `input`. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

export interface ModelFacts {
  /** Models of one family read the signatures of each other's reasoning. */
  readonly family: string;
  readonly capabilities: Capabilities;
  readonly price: Price;
  /**
   * The model's last day in the last region that offers it, `YYYY-MM-DD`. Other regions may stop
   * earlier.
   */
  readonly endOfLife?: string;
}

const END_OF_LIFE: Readonly<Record<string, string>> = {
  'anthropic.claude-3-sonnet-20240229-v1:0': '2026-07-30',
  'anthropic.claude-3-5-sonnet-20240620-v1:0': '2026-07-30',
  'anthropic.claude-3-5-sonnet-20241022-v2:0': '2026-07-30',
  'anthropic.claude-3-5-haiku-20241022-v1:0': '2026-06-19',
  'anthropic.claude-3-7-sonnet-20250219-v1:0': '2026-04-28',
  'anthropic.claude-sonnet-4-20250514-v1:0': '2026-10-14',
};

/** The capabilities of a model that the table does not have: nothing is known to be missing. */
const UNKNOWN_MODEL: Capabilities = {
  ...(Object.fromEntries([...NEEDS, ...PREFERENCES].map((name) => [name, true])) as Record<
    Need | Preference,
    true
  >),
  sampling: 'both',
  streams: 'yes',
  contextWindow: Number.POSITIVE_INFINITY,
  maxOutputTokens: Number.POSITIVE_INFINITY,
};

const MODELS: ReadonlyMap<string, ModelFacts> = new Map(
  MODEL_TABLE.trim().split('\n').slice(1).map(readRow),
);

function readRow(row: string): [model: string, facts: ModelFacts] {
  const [model = '', kindName = '', ...numbers] = row.split(/ +/);
  const [contextWindow = NaN, maxOutputTokens = NaN, input = NaN, output = NaN, read, write] =
    numbers.map((text) => (text === '-' ? undefined : Number(text)));
  const { family, can } = MODEL_KINDS[kindName] as ModelKind;
  const price = { input, output, cacheRead: read, cacheWrite: write };
  const capabilities = { ...can, contextWindow, maxOutputTokens };
  return [model, { family, capabilities, price, endOfLife: END_OF_LIFE[model] }];
}

/** The ids of all known models. */
export const KNOWN_MODELS: readonly string[] = [...MODELS.keys()];

/** Returns the facts about a target's model, or `undefined` for an unknown model. */
export function modelFacts(target: Target): ModelFacts | undefined {
  return MODELS.get(profileOf(target).model);
}

/** Returns what the target can do: its own capabilities, and else those of its model. */
export function capabilitiesOf(target: Target): Capabilities {
  const model = modelFacts(target)?.capabilities ?? UNKNOWN_MODEL;
  return { ...model, ...target.capabilities };
}

/** Returns the family of the target's model. An unknown model is a family of its own. */
export function familyOf(target: Target): string {
  return modelFacts(target)?.family ?? profileOf(target).model;
}

/** Returns true if the target is called with ConverseStream for a request with or without tools. */
export function isStreamed(target: Target, hasTools = false): boolean {
  const { streams } = capabilitiesOf(target);
  return streams === 'yes' || (streams === 'not-with-tools' && !hasTools);
}

/** The tokens of a call, as Bedrock counts them: `inputTokens` excludes those of the cache. */
export interface BilledTokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens?: number;
  readonly cacheWriteInputTokens?: number;
}

/** Returns the cost in US dollars at list price; `undefined` if the price is not known. */
export function costUsd(target: Target, tokens: BilledTokens): number | undefined {
  const price = modelFacts(target)?.price;
  if (!price) return undefined;
  const { input, output, cacheRead = input, cacheWrite = input } = price;
  const { inputTokens, outputTokens, cacheReadInputTokens = 0, cacheWriteInputTokens = 0 } = tokens;
  return (
    (inputTokens * input +
      outputTokens * output +
      cacheReadInputTokens * cacheRead +
      cacheWriteInputTokens * cacheWrite) /
    1_000_000
  );
}
