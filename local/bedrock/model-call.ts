/** The operations that the fake serves. `count-tokens` measures a prompt and generates nothing. */
export const OPERATIONS = ['converse', 'converse-stream', 'count-tokens'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A call to the Bedrock runtime. */
export interface ModelCall {
  readonly operation: Operation;
  readonly region: string;
  /** A model id, a profile id or an ARN, as the caller sent it. */
  readonly model: string;
}

/** Reads `/model/{id}/{operation}`. Returns undefined for any other path. */
export function readPath(path: string): Omit<ModelCall, 'region'> | undefined {
  const [, modelId, name] = /^\/model\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const operation = OPERATIONS.find((each) => each === name);
  return modelId && operation ? { model: decodeURIComponent(modelId), operation } : undefined;
}

/**
 * Returns the region that a request is signed for, from
 * `Credential=KEY/20261123/us-east-1/bedrock/aws4_request`. One port serves all regions.
 */
export function signedRegion(authorization = ''): string | undefined {
  return /Credential=[^/]+\/\d+\/([^/]+)\/bedrock\/aws4_request/.exec(authorization)?.[1];
}

/** Returns true if the text matches the pattern, in which `*` stands for any characters or none. */
export function matches(pattern: string, text: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.includes('*')) return pattern === text;
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}
