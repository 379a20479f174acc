/** The request that a person is writing: fields of the form, and the rest as a prompt or as JSON. */
import type { WhenOpen } from '../../../../lambda/contract/words.ts';

export interface Draft {
  /** The tenant for whom the job is submitted. */
  readonly tenant: string;
  /** Empty: the default chain. */
  readonly chain: string;
  /** Empty: all tiers. */
  readonly minTier: string;
  /** Empty: the default of the API. */
  readonly whenOpen: WhenOpen | '';
  /** Empty: the request has no key. */
  readonly idempotencyKey: string;
  readonly form: 'prompt' | 'json';
  readonly prompt: string;
  /** The body without the fields of the form. */
  readonly json: string;
}

export type Body = Readonly<Record<string, unknown>>;

/** The fields of the body that have a field of their own in the form. */
const OWN = ['chain', 'minTier', 'whenOpen'] as const;

export type Written =
  | { readonly valid: true; readonly body: Body }
  | { readonly valid: false; readonly fault: string };

/** Returns the body to send. A field of the form that is set replaces the same field of the JSON. */
export function bodyOf(draft: Draft): Written {
  const written = draft.form === 'prompt' ? promptBody(draft.prompt) : readObject(draft.json);
  if (!written.valid) return written;
  const set = OWN.filter((name) => draft[name] !== '').map((name) => [name, draft[name]]);
  return { valid: true, body: { ...written.body, ...Object.fromEntries(set) } };
}

/** Returns the draft with this body in place of its own. */
export function withBody(draft: Draft, body: Body): Draft {
  const { chain, minTier, whenOpen, ...rest } = body;
  const own = { chain: wordOf(chain), minTier: wordOf(minTier), whenOpen: wordOf(whenOpen) };
  const isPrompt = Object.keys(rest).length === 1 && typeof rest.prompt === 'string';
  return {
    ...draft,
    ...(own as Pick<Draft, (typeof OWN)[number]>),
    form: isPrompt ? 'prompt' : 'json',
    prompt: isPrompt ? String(rest.prompt) : draft.prompt,
    json: JSON.stringify(rest, null, 2),
  };
}

/** Returns the draft in its other form. A prompt becomes JSON; JSON that is more than a prompt stays. */
export function withForm(draft: Draft, form: Draft['form']): Draft {
  if (form === draft.form) return draft;
  if (form === 'json') {
    return { ...draft, form, json: JSON.stringify({ prompt: draft.prompt }, null, 2) };
  }
  const written = readObject(draft.json);
  const prompt = written.valid ? promptOf(written.body) : undefined;
  return { ...draft, form, prompt: prompt ?? draft.prompt };
}

/** Returns the text of a body that asks a single question. */
function promptOf({ prompt, messages }: Body): string | undefined {
  if (typeof prompt === 'string') return prompt;
  const [first, ...others] = Array.isArray(messages) ? messages : [];
  if (others.length > 0) return undefined;
  const content = Object(first).content;
  if (typeof content === 'string') return content;
  const text = Array.isArray(content) && content.length === 1 ? Object(content[0]).text : undefined;
  return typeof text === 'string' ? text : undefined;
}

function promptBody(prompt: string): Written {
  return { valid: true, body: { prompt } };
}

function readObject(json: string): Written {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { valid: true, body: value as Body };
    }
    return { valid: false, fault: 'The body is not an object. Begin it with { and end it with }.' };
  } catch (error: unknown) {
    return { valid: false, fault: `The body is not JSON: ${(error as Error).message}` };
  }
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
