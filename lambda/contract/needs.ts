/** What a conversation needs of the target that serves it. */
import type { Need } from './capabilities.ts';
import type { Conversation } from './conversation.ts';
import { mediaOf } from './conversation-media.ts';
import { capabilitiesOf } from './models.ts';
import type { Guardrails, Target } from './policy.ts';

export interface NeededBy {
  readonly need: Need;
  /** The path of the first field that has the need, such as `messages[2].content[1].image`. */
  readonly path: string;
  /** The `guardrailIdentifier`, for the need `guardrail`. */
  readonly guardrail?: string;
}

/** Returns each need once. */
export function needsOf(conversation: Conversation): readonly NeededBy[] {
  const { messages, system = [], toolConfig, outputConfig, guardrailConfig } = conversation;
  const all: NeededBy[] = mediaOf(conversation).map(({ kind, path }) => ({ need: kind, path }));
  const add = (need: Need, path: string) => all.push({ need, path });
  if (toolConfig) add('tools', 'toolConfig');
  const { any, tool } = toolConfig?.toolChoice ?? {};
  if (any ?? tool) add('forcedTool', 'toolConfig.toolChoice');
  if (outputConfig?.textFormat) add('jsonSchema', 'outputConfig.textFormat');
  const turn = messages.findLastIndex(({ role }) => role !== 'system');
  if (messages[turn]?.role === 'assistant') add('finalAssistantTurn', `messages[${turn}]`);
  const instruction = messages.findIndex(({ role }) => role === 'system');
  if (system.length > 0) add('system', 'system');
  if (instruction >= 0) add('system', `messages[${instruction}]`);
  const guardrail = guardrailConfig?.guardrailIdentifier;
  if (guardrail !== undefined) {
    all.push({ need: 'guardrail', path: 'guardrailConfig.guardrailIdentifier', guardrail });
  }
  return all.filter(({ need }, i) => all.findIndex((each) => each.need === need) === i);
}

/**
 * Returns the needs that the target does not meet. A guardrail of the settings is missing in a Region
 * for which they name none; any other guardrail may exist in each Region.
 */
export function lacksOf(
  target: Target,
  needs: readonly NeededBy[],
  guardrails: Guardrails,
): readonly Need[] {
  const can = capabilitiesOf(target);
  const isMet = ({ need, guardrail = '' }: NeededBy) => {
    if (!can[need]) return false;
    const regions = Object.hasOwn(guardrails, guardrail) ? guardrails[guardrail] : undefined;
    return need !== 'guardrail' || !regions || Object.hasOwn(regions, target.region);
  };
  return needs.filter((each) => !isMet(each)).map(({ need }) => need);
}
