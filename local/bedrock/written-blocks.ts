import type {
  Citation,
  Conversation as Request,
  Tool,
  ToolResult,
} from '../../lambda/contract/conversation.ts';
import { mediaOf } from '../../lambda/contract/conversation-media.ts';
import type { AnswerBlock } from './answer-blocks.ts';
import { answerText, quote, shortHash } from './answer-text.ts';
import { sampleOf } from './sample-value.ts';
import { signatureOf } from './thinking.ts';

/** A prompt calls a tool with these words. */
const CALL = /\buse the tool ([a-zA-Z0-9_-]+)/g;

/** Returns what a model thinks before it answers. */
export function thoughtAbout(prompt: string, family: string): AnswerBlock {
  const written = `I think about the prompt ${shortHash(prompt).slice(0, 8)}.`;
  return { kind: 'thought', written, signature: signatureOf(family, written) };
}

/**
 * Returns the blocks that a model writes: calls of the tools that the prompt or `toolChoice` asks for,
 * a JSON document if the answer must have a schema, and otherwise a text. The text says which results
 * and files have arrived.
 *
 * @param tokens the length of the text. @default short
 */
export function blocksFor(
  model: string,
  prompt: string,
  request: Request,
  tokens?: number,
): readonly AnswerBlock[] {
  const calls = callsFor(prompt, request);
  if (calls.length > 0) return calls;
  const schema = request.outputConfig?.textFormat?.structure.jsonSchema.schema;
  if (schema !== undefined) {
    return [{ kind: 'text', written: JSON.stringify(sampleOf(JSON.parse(schema))) }];
  }
  const notes = [...resultsOf(request).map(noteOfResult), ...mediaOf(request).map(noteOfFile)];
  const text = { kind: 'text', written: answerText(model, prompt, tokens, notes) } as const;
  return [text, ...citationsOf(request)];
}

type ToolSpec = NonNullable<Tool['toolSpec']>;

function callsFor(prompt: string, { toolConfig, messages }: Request): readonly AnswerBlock[] {
  const specs = (toolConfig?.tools ?? []).flatMap(({ toolSpec }) => toolSpec ?? []);
  const { any, tool } = toolConfig?.toolChoice ?? {};
  const asked = [...prompt.matchAll(CALL)].map(([, name]) => name);
  const named = specs.filter(({ name }) => asked.includes(name));
  const forced = any || tool ? specs.find(({ name }) => name === (tool?.name ?? name)) : undefined;
  const chosen = forced ? [forced] : named;
  const calls = chosen.map((spec) => callOf(spec, messages.length));
  if (calls.length === 0 || forced) return calls;
  const names = chosen.map(({ name }) => name).join(', ');
  return [{ kind: 'text', written: `I use ${names}.` }, ...calls];
}

function callOf({ name, inputSchema }: ToolSpec, turn: number): AnswerBlock {
  const toolUseId = `tooluse_${shortHash(`${name} ${turn}`)}`;
  const written = JSON.stringify(sampleOf(inputSchema.json));
  return { kind: 'call', written, call: { toolUseId, name } };
}

/** Returns the results of tools in the last message. */
function resultsOf({ messages }: Request): readonly ToolResult[] {
  return (messages.at(-1)?.content ?? []).flatMap(({ toolResult }) => toolResult ?? []);
}

function noteOfResult({ toolUseId, content, status = 'success' }: ToolResult): string {
  const values = content.map(({ text, json }) => text ?? (json ? JSON.stringify(json) : ''));
  return `The call ${toolUseId} ended with ${status}: ${quote(values.join(' '))}`;
}

function noteOfFile({ kind, format = 'no format', source }: ReturnType<typeof mediaOf>[number]) {
  const { bytes, s3Location } = source;
  if (bytes === undefined) {
    return `I received the ${kind} (${format}) ${s3Location ? `at ${s3Location.uri}` : 'as text'}.`;
  }
  const file = Buffer.from(bytes, 'base64');
  return `I received the ${kind} (${format}) of ${file.length} bytes with the hash ${shortHash(file)}.`;
}

/** Cites each document whose citations are enabled. */
function citationsOf({ messages }: Request): readonly AnswerBlock[] {
  const documents = messages.flatMap(({ content }) =>
    content.flatMap((each) => each.document ?? []),
  );
  return documents.flatMap(({ name, source, citations }, documentIndex): AnswerBlock[] => {
    if (!citations?.enabled) return [];
    const { text, content = [], bytes = '' } = source;
    const cited = quote(
      text ?? content[0]?.text ?? Buffer.from(bytes, 'base64').toString('latin1'),
    );
    const location = { documentChar: { documentIndex, start: 0, end: cited.length } };
    const citation: Citation = { title: name, sourceContent: [{ text: cited }], location };
    return [{ kind: 'cited', written: `${name} says something.`, citations: [citation] }];
  });
}
