/** What the service demands of the calls of tools, and of their results. */
import type {
  ContentBlock,
  Conversation,
  Json,
  Message,
} from '../../lambda/contract/conversation.ts';
import { firstOf } from './shape.ts';

/** Returns the message of the ValidationException that the service would send. */
export function refusalOfTools({ messages, toolConfig }: Conversation): string | undefined {
  const blocks = messages.flatMap(({ content }) => content);
  if (!toolConfig) {
    return blocks.some(({ toolUse, toolResult }) => toolUse ?? toolResult)
      ? 'The toolConfig field must be defined when using toolUse and toolResult content blocks.'
      : undefined;
  }
  if (toolConfig.tools.length === 0) {
    return "1 validation error detected: Value at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1";
  }
  const turns = messages.filter(({ role }) => role !== 'system');
  return (
    refusalOfNames(toolConfig) ??
    firstOf(turns.keys(), (t) => refusalOfTurn(turns[t - 1], turns[t], `messages.${t}.content`)) ??
    refusalOfOpenCalls(turns)
  );
}

function refusalOfNames({ tools, toolChoice }: NonNullable<Conversation['toolConfig']>) {
  const names = tools.flatMap(({ toolSpec, systemTool }) => (toolSpec ?? systemTool)?.name ?? []);
  const open = tools.findIndex(
    ({ toolSpec }) => toolSpec && !isOfObject(toolSpec.inputSchema.json),
  );
  if (open >= 0) {
    return `The value at toolConfig.tools.${open}.toolSpec.inputSchema.json.type must be one of the following: object.`;
  }
  const repeated = names.find((name, i) => names.indexOf(name) < i);
  if (repeated !== undefined) return `The tool ${repeated} is already defined at toolConfig.tools.`;
  const chosen = toolChoice?.tool?.name;
  if (chosen !== undefined && !names.includes(chosen)) {
    return `The tool ${chosen} in toolConfig.toolChoice.tool is not defined in toolConfig.tools.`;
  }
  return undefined;
}

function isOfObject(schema: Json): boolean {
  return Object(schema).type === 'object';
}

/** A user's message has the results of all calls in the message before it, and no others. */
function refusalOfTurn(
  before: Message | undefined,
  turn: Message | undefined,
  at: string,
): string | undefined {
  if (turn?.role !== 'user') return undefined;
  const called = callIds(before);
  const given = turn.content.flatMap(({ toolResult }) => toolResult?.toolUseId ?? []);
  if (new Set(given).size < given.length) {
    return `The toolResult blocks at ${at} contain duplicate Ids: ${given.join(', ')}`;
  }
  if (given.length > called.length) {
    return `The number of toolResult blocks at ${at} exceeds the number of toolUse blocks of previous turn.`;
  }
  const missing = called.filter((id) => !given.includes(id));
  return missing.length > 0
    ? `Expected toolResult blocks at ${at} for the following Ids: ${missing.join(', ')}`
    : undefined;
}

function refusalOfOpenCalls(turns: readonly Message[]): string | undefined {
  const open = callIds(turns.at(-1));
  if (open.length === 0) return undefined;
  return `The model returned the following errors: messages.${turns.length - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
}

/** Returns the ids of the calls in an assistant's message, without those of the model's own tools. */
function callIds(message: Message | undefined): readonly string[] {
  const calls = (message?.content ?? []).flatMap(({ toolUse }: ContentBlock) => toolUse ?? []);
  return calls.filter(({ type }) => type === undefined).map(({ toolUseId }) => toolUseId);
}
