import type { Conversation } from '../../contract/conversation.ts';
import type { Guardrails, Target } from '../../contract/policy.ts';

/**
 * Replaces the name of a guardrail of the settings with the id and the version that it has in the
 * target's Region. Any other identifier passes unchanged.
 */
export function withGuardrail(
  conversation: Conversation,
  { region }: Target,
  guardrails: Guardrails,
): Conversation {
  const { guardrailConfig } = conversation;
  const name = guardrailConfig?.guardrailIdentifier ?? '';
  const guardrail = Object.hasOwn(guardrails, name) ? guardrails[name]?.[region] : undefined;
  if (!guardrail) return conversation;
  const { id: guardrailIdentifier, version: guardrailVersion } = guardrail;
  return {
    ...conversation,
    guardrailConfig: { ...guardrailConfig, guardrailIdentifier, guardrailVersion },
  };
}
