import type { Capabilities } from '../../lambda/contract/capabilities.ts';
import type { Conversation } from '../../lambda/contract/conversation.ts';
import { firstOf } from './shape.ts';

/** Bedrock allows no more points at which a prompt is cached. */
const MOST_CACHE_POINTS = 4;

const UNCACHED =
  'You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.';

/** What the service answers for a model that cannot serve a request. */
export interface ModelRefusal {
  readonly kind: 'validation' | 'access-denied';
  readonly message: string;
}

/** Returns the answer of the service for a model that lacks something that the request needs. */
export function refusalByModel(
  can: Capabilities,
  request: Conversation,
  inputTokens: number,
): ModelRefusal | undefined {
  const points = cachePointsOf(request);
  if (points > 0 && !can.cachePoint) return { kind: 'access-denied', message: UNCACHED };
  const message =
    refusalOfLimits(can, request, inputTokens) ??
    refusalOfBlocks(can, request) ??
    refusalOfToolConfig(can, request) ??
    refusalOfOptions(can, request) ??
    (points > MOST_CACHE_POINTS
      ? errors(
          `A maximum of ${MOST_CACHE_POINTS} blocks with cache_control may be provided. Found ${points}.`,
        )
      : undefined);
  return message === undefined ? undefined : { kind: 'validation', message };
}

function refusalOfLimits(
  { maxOutputTokens, contextWindow, sampling, finalAssistantTurn, stopSequences }: Capabilities,
  { messages, inferenceConfig = {} }: Conversation,
  inputTokens: number,
): string | undefined {
  const { maxTokens, temperature, topP, stopSequences: stops = [] } = inferenceConfig;
  if (maxTokens !== undefined && maxTokens > maxOutputTokens) {
    return `The maximum tokens you requested exceeds the model limit of ${maxOutputTokens}. Try again with a maximum tokens value that is lower than ${maxOutputTokens}.`;
  }
  if (inputTokens > contextWindow) return 'Input is too long for requested model.';
  if (sampling === 'one' && temperature !== undefined && topP !== undefined) {
    return errors(
      '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    );
  }
  if (sampling === 'none' && (temperature ?? topP) !== undefined) {
    return errors('sampling parameters are not supported for this model.');
  }
  if (!stopSequences && stops.length > 0) return unsupported('inferenceConfig.stopSequences');
  if (!finalAssistantTurn && messages.at(-1)?.role === 'assistant') {
    return errors(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
  return undefined;
}

function refusalOfBlocks(can: Capabilities, { messages, system }: Conversation) {
  if (system && !can.system) {
    return "This model doesn't support system messages. Try again without a system message or use a model that supports system messages.";
  }
  return firstOf(messages, ({ role, content }) =>
    firstOf(content, (block) =>
      firstOf([block, ...(block.toolResult?.content ?? [])], (each) => {
        if (each.document && !can.document) return "This model doesn't support documents.";
        const kind = (['image', 'video', 'audio'] as const).find((name) => name in each);
        return kind === undefined || can[kind]
          ? undefined
          : `This model doesn't support the ${kind} field for ${role} messages. Remove ${kind} and try again.`;
      }),
    ),
  );
}

function refusalOfToolConfig(can: Capabilities, { toolConfig }: Conversation): string | undefined {
  if (!toolConfig) return undefined;
  if (!can.tools) return "This model doesn't support tool use.";
  const forced = (['any', 'tool'] as const).find((name) => toolConfig.toolChoice?.[name]);
  if (forced && !can.forcedTool) return unsupported(`toolConfig.toolChoice.${forced}`);
  return undefined;
}

function refusalOfOptions(can: Capabilities, request: Conversation): string | undefined {
  const { guardrailConfig, outputConfig, performanceConfig, serviceTier } = request;
  if (guardrailConfig && !can.guardrail) return unsupported('guardrailConfig');
  if (outputConfig?.textFormat && !can.jsonSchema) return unsupported('outputConfig.textFormat');
  if (outputConfig?.effort && !can.effort) return unsupported('outputConfig.effort');
  if (performanceConfig?.latency === 'optimized' && !can.latency) {
    return 'Latency performance configuration is not supported for the provided model.';
  }
  const tier = serviceTier?.type ?? 'default';
  if (tier !== 'default' && !can.serviceTier) {
    return `The provided ServiceTier ${tier} is not supported for the provided model.`;
  }
  return undefined;
}

function cachePointsOf({ system = [], messages, toolConfig }: Conversation): number {
  const blocks = [...(toolConfig?.tools ?? []), ...system, ...messages.flatMap((m) => m.content)];
  return blocks.filter(({ cachePoint }) => cachePoint).length;
}

function unsupported(field: string): string {
  return `This model doesn't support the ${field} field. Remove ${field} and try again.`;
}

function errors(text: string): string {
  return `The model returned the following errors: ${text}`;
}
