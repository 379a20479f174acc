import type { Capabilities } from '../../contract/capabilities.ts';
import type {
  ContentBlock,
  Conversation,
  InferenceConfig,
  SystemBlock,
} from '../../contract/conversation.ts';
import { capabilitiesOf, familyOf } from '../../contract/models.ts';
import type { Candidate } from './candidates.ts';
import { withNeutralNames } from './document-names.ts';
import { withoutBlocks } from './message-turns.ts';

/** A part of the caller's request that was left out or changed for a target. */
export type Reduction =
  | keyof InferenceConfig
  | 'simplify'
  | 'cachePoint'
  | 'reasoningContent'
  | 'toolChoice'
  | 'effort'
  | 'serviceTier'
  | 'performanceConfig'
  | 'requestMetadata'
  | 'additionalModelRequestFields';

export interface Adapted {
  /** It keeps the caller's `maxTokens`. */
  readonly conversation: Conversation;
  readonly reducedBy: readonly Reduction[];
}

/** The facts about a candidate that decide how a conversation is adapted to it. */
export type AdaptationTarget = Pick<Candidate, 'target' | 'tier' | 'chainFamily'>;

/**
 * Returns the conversation as the target takes it: without what its model refuses, with the
 * instruction of its tier, and with neutral names of documents.
 */
export function adaptConversation(
  { target, tier, chainFamily }: AdaptationTarget,
  conversation: Conversation,
): Adapted {
  const can = capabilitiesOf(target);
  const family = familyOf(target);
  const steps = [
    (given: Conversation) => withSampling(given, can),
    (given: Conversation) => withCachePoints(given, can),
    (given: Conversation) => (family === chainFamily ? unchanged(given) : withoutOwnParts(given)),
    (given: Conversation) => (family === 'claude' ? withSoftChoice(given) : unchanged(given)),
    (given: Conversation) => withOptions(given, can),
    (given: Conversation) => withInstruction(given, tier.simplify, can),
  ];
  const start: Adapted = { conversation: withNeutralNames(conversation), reducedBy: [] };
  return steps.reduce((before, step) => {
    const { conversation, reducedBy } = step(before.conversation);
    return { conversation, reducedBy: [...before.reducedBy, ...reducedBy] };
  }, start);
}

function unchanged(conversation: Conversation): Adapted {
  return { conversation, reducedBy: [] };
}

/** Leaves out the parameters that the model would refuse with a validation error. */
function withSampling(conversation: Conversation, can: Capabilities): Adapted {
  const { inferenceConfig: asked } = conversation;
  if (!asked) return unchanged(conversation);
  const given = (['temperature', 'topP'] as const).filter((name) => asked[name] !== undefined);
  const reducedBy: Reduction[] = [];
  if (can.sampling === 'one' && given.length === 2) reducedBy.push('topP');
  if (can.sampling === 'none') reducedBy.push(...given);
  const stops = asked.stopSequences ?? [];
  if (!can.stopSequences && stops.length > 0) reducedBy.push('stopSequences');
  const kept = Object.entries(asked).filter(
    ([name, value]) =>
      value !== undefined &&
      !reducedBy.includes(name as Reduction) &&
      (name !== 'stopSequences' || stops.length > 0),
  );
  return {
    conversation: { ...conversation, inferenceConfig: Object.fromEntries(kept) },
    reducedBy,
  };
}

/** Leaves out the marks of the prompt cache for a model that has none. */
function withCachePoints(conversation: Conversation, can: Capabilities): Adapted {
  const { messages, system = [], toolConfig } = conversation;
  const isMark = ({ cachePoint }: Pick<ContentBlock, 'cachePoint'>) => cachePoint !== undefined;
  const tools = toolConfig?.tools ?? [];
  const hasMarks =
    system.some(isMark) || tools.some(isMark) || messages.some((each) => each.content.some(isMark));
  if (can.cachePoint || !hasMarks) return unchanged(conversation);
  const { system: _, toolConfig: __, ...others } = conversation;
  const keptSystem = system.filter((each) => !isMark(each));
  const keptTools = tools.filter((each) => !isMark(each));
  return {
    conversation: {
      ...others,
      messages: withoutBlocks(messages, isMark),
      ...(keptSystem.length > 0 && { system: keptSystem }),
      ...(keptTools.length > 0 && { toolConfig: { ...toolConfig, tools: keptTools } }),
    },
    reducedBy: ['cachePoint'],
  };
}

/**
 * Leaves out what only models of the chain's own family understand: their reasoning, which carries
 * signatures, and their own parameters.
 */
function withoutOwnParts(conversation: Conversation): Adapted {
  const { additionalModelRequestFields, ...others } = conversation;
  const isReasoning = ({ reasoningContent }: ContentBlock) => reasoningContent !== undefined;
  const hasReasoning = others.messages.some(({ content }) => content.some(isReasoning));
  const messages = hasReasoning ? withoutBlocks(others.messages, isReasoning) : others.messages;
  return {
    conversation: { ...others, messages },
    reducedBy: [
      ...(hasReasoning ? (['reasoningContent'] as const) : []),
      ...(additionalModelRequestFields === undefined
        ? []
        : (['additionalModelRequestFields'] as const)),
    ],
  };
}

/** Lets a model that thinks choose its tools, because it refuses to be forced. */
function withSoftChoice(conversation: Conversation): Adapted {
  const { toolConfig, additionalModelRequestFields } = conversation;
  const { any, tool } = toolConfig?.toolChoice ?? {};
  if (!toolConfig || !(any ?? tool) || !isThinking(additionalModelRequestFields)) {
    return unchanged(conversation);
  }
  const softened = { ...toolConfig, toolChoice: { auto: {} } };
  return { conversation: { ...conversation, toolConfig: softened }, reducedBy: ['toolChoice'] };
}

function isThinking(fields: unknown): boolean {
  const { thinking, reasoning_config: config } = Object(fields);
  const { type = 'disabled' } = Object(thinking ?? config);
  return type !== 'disabled';
}

/** Leaves out the options of Bedrock that the model does not have. Their defaults are no loss. */
function withOptions(conversation: Conversation, can: Capabilities): Adapted {
  const { outputConfig, serviceTier, performanceConfig, requestMetadata, ...others } = conversation;
  const { effort, ...format } = outputConfig ?? {};
  const keepsEffort = can.effort || effort === undefined;
  const output = keepsEffort ? outputConfig : format;
  const reducedBy: Reduction[] = [];
  if (!keepsEffort) reducedBy.push('effort');
  if (!can.serviceTier && serviceTier && serviceTier.type !== 'default') {
    reducedBy.push('serviceTier');
  }
  if (!can.latency && performanceConfig?.latency === 'optimized') {
    reducedBy.push('performanceConfig');
  }
  if (!can.requestMetadata && requestMetadata) reducedBy.push('requestMetadata');
  return {
    conversation: {
      ...others,
      ...(output && Object.keys(output).length > 0 && { outputConfig: output }),
      ...(can.serviceTier && serviceTier && { serviceTier }),
      ...(can.latency && performanceConfig && { performanceConfig }),
      ...(can.requestMetadata && requestMetadata && { requestMetadata }),
    },
    reducedBy,
  };
}

/** Puts the tier's instruction at the end of the system prompt, if the model has one. */
function withInstruction(
  conversation: Conversation,
  simplify: string | undefined,
  can: Capabilities,
): Adapted {
  if (!simplify || !can.system) return unchanged(conversation);
  const system: readonly SystemBlock[] = [...(conversation.system ?? []), { text: simplify }];
  return { conversation: { ...conversation, system }, reducedBy: ['simplify'] };
}
