/** The body of POST /v1/jobs. Faults name the field and what is allowed, never the text they got. */
import * as z from 'zod';
import { leaseSeconds, type Settings } from '../policy.ts';
import { WHEN_OPEN, type WhenOpen } from '../words.ts';

/** A body can hold thousands; its author needs the first few. */
const MAX_FAULTS = 20;

/** Text that every store, and Bedrock, takes as it is. */
const wellFormed = z.string().refine((text) => text.isWellFormed(), {
  message: 'text without unpaired surrogates',
});
const prose = wellFormed.refine((text) => text.trim() !== '', {
  message: 'text that is not blank',
});

const body = z
  .strictObject({
    prompt: prose.optional(),
    messages: z
      .array(z.strictObject({ role: z.enum(['user', 'assistant']), text: prose }))
      .min(1)
      .max(1000)
      .refine((messages) => messages[0]?.role === 'user', { message: 'a first message by user' })
      .optional(),
    system: prose.optional(),
    inferenceConfig: z
      .strictObject({
        maxTokens: z.int().min(1).max(1_000_000).optional(),
        temperature: z.number().min(0).max(1).optional(),
        topP: z.number().min(0).max(1).optional(),
        stopSequences: z.array(wellFormed.min(1)).max(100).optional(),
      })
      .optional(),
    whenOpen: z.enum(WHEN_OPEN).default('fallback'),
    minTier: z.string().optional(),
    regions: z.array(z.string()).min(1).max(50).optional(),
    deadlineSeconds: z.number().positive().optional(),
    metadata: z
      .record(wellFormed.min(1).max(64), wellFormed.max(256))
      .refine((entries) => Object.keys(entries).length <= 16, { message: 'at most 16 entries' })
      .optional(),
  })
  .refine(({ prompt, messages }) => (prompt === undefined) !== (messages === undefined), {
    path: ['prompt'],
    message: 'either prompt or messages, one of them',
  });

/** A checked request; the conversation goes to S3, the rest onto the row. */
export interface JobRequest {
  readonly conversation: {
    readonly system?: string;
    readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
    readonly inferenceConfig?: z.infer<typeof body>['inferenceConfig'];
  };
  readonly options: {
    readonly whenOpen: WhenOpen;
    readonly minTier?: string;
    readonly regions?: readonly string[];
    readonly deadlineSeconds?: number;
    readonly metadata?: Readonly<Record<string, string>>;
  };
}

export interface Fault {
  /** `inferenceConfig.maxTokens`; `body` for the whole. */
  readonly field: string;
  readonly detail: string;
}

export type ParsedRequest =
  | { readonly valid: true; readonly request: JobRequest }
  | { readonly valid: false; readonly errors: readonly Fault[] };

export function parseJobRequest(value: unknown, settings: Settings): ParsedRequest {
  const parsed = body.safeParse(value);
  if (!parsed.success) {
    const errors = parsed.error.issues.flatMap((issue) => faults(issue, value));
    return { valid: false, errors: errors.slice(0, MAX_FAULTS) };
  }
  const errors = againstSettings(parsed.data, settings);
  if (errors.length > 0) return { valid: false, errors };

  const { prompt, messages, system, inferenceConfig, ...options } = parsed.data;
  const turns = messages ?? [{ role: 'user' as const, text: prompt ?? '' }];
  return {
    valid: true,
    request: { conversation: { system, messages: turns, inferenceConfig }, options },
  };
}

function againstSettings(
  { minTier, regions, deadlineSeconds }: z.infer<typeof body>,
  { tiers, jobs, breaker }: Settings,
): readonly Fault[] {
  const tierNames = tiers.map((tier) => tier.name);
  const served = new Set(tiers.flatMap(({ targets }) => targets.map(({ region }) => region)));
  const errors: Fault[] = [];
  if (minTier !== undefined && !tierNames.includes(minTier)) {
    errors.push({ field: 'minTier', detail: `allowed is one of ${tierNames.join(', ')}` });
  }
  for (const [i, region] of (regions ?? []).entries()) {
    if (served.has(region)) continue;
    errors.push({ field: `regions[${i}]`, detail: `allowed is one of ${[...served].join(', ')}` });
  }
  // Within less than a lease no call would be begun, for it could not have its full time.
  const [least, most] = [leaseSeconds(breaker), jobs.deadlineSeconds];
  if (deadlineSeconds !== undefined && (deadlineSeconds < least || deadlineSeconds > most)) {
    const detail = `got ${deadlineSeconds}, allowed is ${least} to ${most}`;
    errors.push({ field: 'deadlineSeconds', detail });
  }
  return errors;
}

function faults(issue: z.core.$ZodIssue, input: unknown): readonly Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: fieldOf([...issue.path, key]),
      detail: 'no such field',
    }));
  }
  const value = issue.path.reduce<unknown>((at, step) => Object(at)[step], input);
  const allowed = issue.message
    .replace(/^(Too (big|small)|Invalid [a-z]+): expected /, '')
    .replace(/, received .*$/, '');
  return [{ field: fieldOf(issue.path), detail: `got ${kindOf(value)}, allowed is ${allowed}` }];
}

function fieldOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'body';
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step).slice(0, 64)}`))
    .join('')
    .replace(/^\./, '');
}

/** Texts may be prompts, so of them only the kind is told. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'string' ? 'a string' : 'an object';
}
