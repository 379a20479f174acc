/** `converse` calls the model; `count-tokens` only has a prompt measured. */
export const OPERATIONS = ['converse', 'count-tokens'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What a path asks for, if it is one of a Bedrock runtime's that the fake has. */
export function readPath(
  path: string,
): { readonly model: string; readonly operation: Operation } | undefined {
  const [, modelId, verb] = /^\/model\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const operation = OPERATIONS.find((each) => each === verb);
  return modelId && operation ? { model: decodeURIComponent(modelId), operation } : undefined;
}
