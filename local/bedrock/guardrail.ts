import type { ContentBlock, Conversation, Json } from '../../lambda/contract/conversation.ts';
import { matches } from './model-call.ts';

/** A guardrail that exists in some regions and blocks prompts with a word. */
export interface Guardrail {
  /** The id, or the end of the ARN. */
  readonly id: string;
  /** A pattern. @default every region */
  readonly region?: string;
  /** @default 1 */
  readonly version?: string;
  /** A prompt that contains this word is blocked. */
  readonly blocks: string;
}

/** The guardrail that the fake has if none is named. */
export const FAKE_GUARDRAIL: Guardrail = { id: 'fakeguardrail', blocks: 'forbidden' };

/** What a guardrail says instead of the model. */
export const BLOCKED_TEXT = 'Sorry, the model cannot answer this question.';

/**
 * Returns the guardrail that the request names; undefined if it names none, and the message of the
 * ValidationException if the region has none of that name and version.
 */
export function guardrailOf(
  guardrails: readonly Guardrail[],
  { guardrailConfig }: Conversation,
  region: string,
): Guardrail | string | undefined {
  if (!guardrailConfig) return undefined;
  const { guardrailIdentifier = '', guardrailVersion } = guardrailConfig;
  if (guardrailVersion === undefined || guardrailIdentifier === '') {
    return 'guardrailIdentifier and guardrailVersion must both be provided in guardrailConfig.';
  }
  const id = guardrailIdentifier.slice(guardrailIdentifier.lastIndexOf('/') + 1);
  const found = guardrails.find(
    (each) =>
      each.id === id &&
      matches(each.region ?? '*', region) &&
      ['DRAFT', each.version ?? '1'].includes(guardrailVersion),
  );
  return found ?? 'The guardrail identifier or version provided in the request does not exist.';
}

/**
 * True if the guardrail stops the request. If any block is marked for the guardrail, it reads only
 * those blocks, and otherwise the whole last message.
 */
export function isBlocked({ blocks }: Guardrail, { messages }: Conversation): boolean {
  const marked = messages.flatMap(({ content }) => content.filter((block) => block.guardContent));
  const read = marked.length > 0 ? marked : (messages.at(-1)?.content ?? []);
  return read.some((block) => textOf(block).includes(blocks));
}

function textOf({ text, guardContent, toolResult }: ContentBlock): string {
  const results = toolResult?.content.map((each) => each.text ?? '') ?? [];
  return [text, guardContent?.text?.text, ...results].join('\n');
}

/** Returns what the guardrail reports about a prompt, in the form of Converse's trace. */
export function traceOf({ id, blocks }: Guardrail, isStopped: boolean): Json {
  const match = { match: blocks, action: 'BLOCKED', detected: true };
  const assessment = isStopped
    ? { wordPolicy: { customWords: [match], managedWordLists: [] } }
    : {};
  return {
    guardrail: {
      ...(isStopped && { actionReason: 'Guardrail blocked.' }),
      inputAssessment: { [id]: assessment },
    },
  };
}
