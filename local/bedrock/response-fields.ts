import type { Conversation, Json } from '../../lambda/contract/conversation.ts';

/**
 * Returns the fields of the model's own answer that `additionalModelResponseFieldPaths` names with JSON
 * pointers. A field that the answer does not have is left out; undefined if nothing is left.
 */
export function selectedFields(
  request: Pick<Conversation, 'additionalModelResponseFieldPaths'> | undefined,
  modelAnswer: Readonly<Record<string, Json>>,
): Json {
  const names = (request?.additionalModelResponseFieldPaths ?? [])
    .map((path) => path.slice(1))
    .filter((name) => Object.hasOwn(modelAnswer, name));
  return names.length === 0
    ? undefined
    : Object.fromEntries(names.map((name) => [name, modelAnswer[name]]));
}
