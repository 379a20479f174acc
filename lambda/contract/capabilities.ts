/**
 * What a target can do: the words of the table of models, of `targets[].capabilities` in the settings
 * and of the reasons `unsupported:<need>`.
 */
import type { Streams } from './words.ts';

/**
 * What a request may need. A target without it would refuse the request, so it is not called.
 * `document`: documents of any format. `finalAssistantTurn`: the conversation ends with the beginning
 * of the answer. `forcedTool`: `toolChoice` is `any` or names a tool. `system`: a system prompt.
 */
export const NEEDS = [
  'image',
  'document',
  'video',
  'audio',
  'tools',
  'forcedTool',
  'jsonSchema',
  'finalAssistantTurn',
  'system',
  'guardrail',
] as const;
export type Need = (typeof NEEDS)[number];

/**
 * What a request may ask for and can do without. It is left out for a target that refuses it,
 * and the answer's `degradedBy` names it. `latency` is `performanceConfig`.
 */
export const PREFERENCES = [
  'stopSequences',
  'cachePoint',
  'effort',
  'serviceTier',
  'latency',
  'requestMetadata',
] as const;
export type Preference = (typeof PREFERENCES)[number];

/** The sampling parameters that a model accepts: temperature and topP together, one of them, none. */
export const SAMPLING = ['both', 'one', 'none'] as const;
export type Sampling = (typeof SAMPLING)[number];

export interface Capabilities extends Readonly<Record<Need | Preference, boolean>> {
  readonly sampling: Sampling;
  /** Says if the target is called with ConverseStream instead of Converse. */
  readonly streams: Streams;
  /** Tokens shared by input and answer; `Infinity` if unknown. */
  readonly contextWindow: number;
  /** The longest answer in tokens; `Infinity` if unknown. */
  readonly maxOutputTokens: number;
}
