import { NEEDS, type Need } from '../lambda/contract/capabilities.ts';
import type { Conversation } from '../lambda/contract/conversation.ts';
import { guardrailsOf } from '../lambda/contract/guardrails.ts';
import { capabilitiesOf } from '../lambda/contract/models.ts';
import { type Settings, type Target, targetKey } from '../lambda/contract/policy.ts';
import type { ModelClient } from '../lambda/core/router/model-client.ts';
import { sampleOf } from './capability-samples.ts';
import type { Finding } from './finding.ts';
import { testCall } from './test-call.ts';

/** A first answer with a new JSON schema takes longer, because Bedrock compiles the schema. */
const CALL_TIMEOUT_MS = 20_000;

/** A few tokens, because some models refuse to call a tool in fewer. */
const MAX_TOKENS = 16;

/**
 * Proves each need that a target claims with one small call. The calls run side by side. A claim that
 * a model refuses is a warning, because jobs with other needs are served.
 */
export async function checkCapabilities(
  models: Pick<ModelClient, 'converse'>,
  target: Target,
  settings: Pick<Settings, 'guardrails'>,
  timeoutMs = CALL_TIMEOUT_MS,
): Promise<readonly Finding[]> {
  const can = capabilitiesOf(target);
  const guardrail = guardrailsOf(settings).find(({ region }) => region === target.region);
  const claims = NEEDS.filter((need) => can[need]).flatMap((need) => {
    const conversation = sampleOf(need, guardrail);
    return conversation ? [{ need, conversation }] : [];
  });
  return Promise.all(
    claims.map(({ need, conversation }) => prove(models, target, need, conversation, timeoutMs)),
  );
}

async function prove(
  models: Pick<ModelClient, 'converse'>,
  target: Target,
  need: Need,
  conversation: Conversation,
  timeoutMs: number,
): Promise<Finding> {
  const limits = { firstTokenMs: timeoutMs, stallMs: timeoutMs, answerMs: timeoutMs };
  const shaped = { ...conversation, inferenceConfig: { maxTokens: MAX_TOKENS } };
  const result = await testCall(models, target, shaped, limits);
  const finding = { check: 'capability', subject: `${targetKey(target)} ${need}` } as const;
  if (result.outcome === 'answer') return { ...finding, level: 'good', found: 'proven by a call' };
  const { name, kind, lacksGuardrail, detail = '' } = result.failure;
  if (kind !== 'job') {
    const found = `not proven, because the call failed with ${name} (${kind})`;
    return { ...finding, level: 'warning', found, fix: 'run the doctor again' };
  }
  const found = `refused: ${firstLine(detail) || name}`;
  const fix = lacksGuardrail
    ? `correct the id and the version of the guardrail in ${target.region}, or allow bedrock:ApplyGuardrail`
    : `set capabilities.${need} of this target to false`;
  return { ...finding, level: 'warning', found, fix };
}

/** The sample is the doctor's own, so that a refusal that quotes it reveals nothing. */
function firstLine(detail: string): string {
  return detail.split('\n', 1)[0]?.slice(0, 200) ?? '';
}
