/** The body of POST /v1/jobs. Faults name the field and what is allowed, never the text they got. */
import * as z from 'zod';
import { leaseSeconds, type Settings } from '../policy.ts';
import { WHEN_OPEN, type WhenOpen } from '../words.ts';
import { type Fault, faultsOf } from './faults.ts';

/** Text that every store, and Bedrock, takes as it is. */
const wellFormed = z.string().refine((text) => text.isWellFormed(), {
  message: 'text without unpaired surrogates',
});
const prose = wellFormed
  .refine((text) => text.trim() !== '', { message: 'text that is not blank' })
  .meta({ pattern: '\\S' });

/** Converse refuses any other order, at the first message of the wrong role. */
const roleAt = (index: number) => (index % 2 === 0 ? 'user' : 'assistant');

export const jobRequest = z
  .strictObject({
    prompt: prose.optional().describe('A single question; in place of `messages`.'),
    messages: z
      .array(z.strictObject({ role: z.enum(['user', 'assistant']), text: prose }))
      .min(1)
      .max(1000)
      .superRefine((messages, context) => {
        const misplaced = messages.findIndex(({ role }, i) => role !== roleAt(i));
        if (misplaced === -1) return;
        const message = `${roleAt(misplaced)}, as roles alternate from a first message by user`;
        context.addIssue({ code: 'custom', path: [misplaced, 'role'], message });
      })
      .optional()
      .describe(
        'A conversation, begun by `user`, with roles that alternate; in place of `prompt`.',
      ),
    system: prose.optional().describe('The system prompt.'),
    inferenceConfig: z
      .strictObject({
        maxTokens: z.int().min(1).max(1_000_000).optional(),
        temperature: z.number().min(0).max(1).optional(),
        topP: z.number().min(0).max(1).optional(),
        stopSequences: z.array(wellFormed.min(1)).max(100).optional(),
      })
      .optional()
      .describe('What a model refuses is left out, and `degradedBy` says so.'),
    whenOpen: z
      .enum(WHEN_OPEN)
      .default('fallback')
      .describe(
        'While circuits are open: `fallback` to other tiers, else wait; `queue`: the first tier or wait; `fail`: other tiers, else FAILED with `retryAt`.',
      ),
    minTier: z.string().optional().describe('The last tier that is still good enough.'),
    regions: z
      .array(z.string())
      .min(1)
      .max(50)
      .optional()
      .describe('Regions where the job may run; no fallback leaves them.'),
    deadlineSeconds: z
      .number()
      .positive()
      .optional()
      .describe(
        'Seconds after which the job ends EXPIRED: at least 1.25 × `breaker.callTimeoutSeconds`, at most `jobs.deadlineSeconds` (the default).',
      ),
    metadata: z
      .record(wellFormed.min(1).max(64), wellFormed.max(256))
      .refine((entries) => Object.keys(entries).length <= 16, { message: 'at most 16 entries' })
      .meta({ maxProperties: 16 })
      .optional()
      .describe('Given back with the job.'),
  })
  .refine(({ prompt, messages }) => (prompt === undefined) !== (messages === undefined), {
    path: ['prompt'],
    message: 'either prompt or messages, one of them',
  })
  .meta({
    oneOf: [{ required: ['prompt'] }, { required: ['messages'] }],
    examples: [
      { prompt: 'Why do ships have anchors?' },
      {
        system: 'Answer in one sentence.',
        messages: [{ role: 'user', text: 'Why do ships have anchors?' }],
        inferenceConfig: { maxTokens: 200 },
        whenOpen: 'queue',
        metadata: { team: 'harbour' },
      },
    ],
  });

/** A checked request; the conversation goes to S3, the rest onto the row. */
export interface JobRequest {
  readonly conversation: {
    readonly system?: string;
    readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
    readonly inferenceConfig?: z.infer<typeof jobRequest>['inferenceConfig'];
  };
  readonly options: {
    readonly whenOpen: WhenOpen;
    readonly minTier?: string;
    readonly regions?: readonly string[];
    readonly deadlineSeconds?: number;
    readonly metadata?: Readonly<Record<string, string>>;
  };
}

export type ParsedRequest =
  | { readonly valid: true; readonly request: JobRequest }
  | { readonly valid: false; readonly errors: readonly Fault[] };

export function parseJobRequest(value: unknown, settings: Settings): ParsedRequest {
  const parsed = jobRequest.safeParse(value);
  if (!parsed.success) return { valid: false, errors: faultsOf(parsed.error, value) };
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
  { minTier, regions, deadlineSeconds }: z.infer<typeof jobRequest>,
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
