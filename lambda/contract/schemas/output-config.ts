/** The form that the answer must have: a JSON schema, and the effort to spend on it. */
import * as z from 'zod';
import { EFFORTS } from '../conversation.ts';
import { wellFormed } from './text.ts';

/** The longest schema. It is parsed when a job is submitted, which must stay cheap. */
const MOST_CHARACTERS = 100_000;

const schema = z
  .string()
  .max(MOST_CHARACTERS)
  .superRefine((text, context) => {
    const message = schemaFault(text);
    if (message) context.addIssue({ code: 'custom', message });
  })
  .describe('A JSON schema as a text. Each of its objects has `additionalProperties: false`.');

export const outputConfig = z.strictObject({
  textFormat: z
    .strictObject({
      type: z.literal('json_schema'),
      structure: z.strictObject({
        jsonSchema: z.strictObject({
          schema,
          name: wellFormed.min(1).optional(),
          description: wellFormed.min(1).optional(),
        }),
      }),
    })
    .optional(),
  effort: z.enum(EFFORTS).optional(),
});

/** Returns which schemas are allowed, if Bedrock would refuse this one. */
function schemaFault(text: string): string | undefined {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return 'a JSON schema as a text';
  }
  if (typeof root !== 'object' || root === null || Array.isArray(root)) {
    return 'a JSON schema as a text';
  }
  const open = openObject(root);
  return open === undefined
    ? undefined
    : `a schema in which each object has additionalProperties: false; it is missing at ${open}`;
}

/** Returns the place of the first object schema that allows other properties. */
function openObject(root: object): string | undefined {
  // A list instead of a recursion, because a caller decides how deep the schema is.
  const unchecked: [path: string, node: unknown][] = [['the root', root]];
  for (const [path, node] of unchecked) {
    if (typeof node !== 'object' || node === null) continue;
    const { type, properties, additionalProperties } = node as Record<string, unknown>;
    const isObject = type === 'object' || (typeof properties === 'object' && type === undefined);
    if (isObject && additionalProperties !== false) return path;
    for (const [key, each] of Object.entries(node)) {
      if (key === 'enum' || key === 'const' || key === 'examples' || key === 'default') continue;
      unchecked.push([path === 'the root' ? key : `${path}.${key}`, each]);
    }
  }
  return undefined;
}
