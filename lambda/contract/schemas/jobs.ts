/**
 * The body of POST /v1/jobs. Its faults name the field and the allowed values, and quote no prompt.
 */
import * as z from 'zod';
import { chainNames, chainOf, defaultChain } from '../chains.ts';
import type { InferenceConfig, JobOptions, JobRequest } from '../job-request.ts';
import type { Chain, Settings } from '../policy.ts';
import { shortestCallMs } from '../time-budget.ts';
import { WHEN_OPEN } from '../words.ts';
import { type Fault, type Parsed, parse } from './faults.ts';

/** A well-formed text, which Bedrock and every store accept unchanged. */
const wellFormed = z.string().refine((text) => text.isWellFormed(), {
  message: 'text without unpaired surrogates',
});
const prose = wellFormed
  .refine((text) => text.trim() !== '', { message: 'text that is not blank' })
  .meta({ pattern: '\\S' });

/** Returns the role of a message by its position. Converse refuses any other order of roles. */
const roleAt = (index: number) => (index % 2 === 0 ? 'user' : 'assistant');

const inferenceFields = {
  maxTokens: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('The longest answer in tokens; a tier or a model may lower it.'),
  temperature: z.number().min(0).max(1).optional(),
  topP: z.number().min(0).max(1).optional(),
  stopSequences: z
    .array(wellFormed.min(1))
    .max(100)
    .optional()
    .describe('Texts that end the answer.'),
} satisfies Record<keyof InferenceConfig, z.ZodType>;

const optionFields = {
  chain: z
    .string()
    .optional()
    .describe(
      'The chain that serves the job. By default the chain `default` or, if the settings have none of this name, their first one.',
    ),
  whenOpen: z
    .enum(WHEN_OPEN)
    .default('fallback')
    .describe(
      'The job’s behavior while circuits are open. `fallback`: tries other tiers, then waits. `queue`: tries only the first tier, then waits. `fail`: tries other tiers, then ends FAILED with `retryAt`.',
    ),
  minTier: z.string().optional().describe('The last tier of the job’s chain that may answer.'),
  regions: z
    .array(z.string())
    .min(1)
    .max(50)
    .optional()
    .describe('The only regions in which the job may run, fallbacks included.'),
  deadlineSeconds: z
    .number()
    .positive()
    .optional()
    .describe(
      'Seconds after which the job ends EXPIRED: at least `breaker.firstTokenSeconds` + `breaker.stallSeconds` and a margin, at most `jobs.deadlineSeconds` (the default).',
    ),
  metadata: z
    .record(wellFormed.min(1).max(64), wellFormed.max(256))
    .refine((entries) => Object.keys(entries).length <= 16, { message: 'at most 16 entries' })
    .meta({ maxProperties: 16 })
    .optional()
    .describe('Returned with the job.'),
} satisfies Record<keyof JobOptions, z.ZodType>;

export const jobRequest = z
  .strictObject({
    prompt: prose.optional().describe('A single question; use it instead of `messages`.'),
    messages: z
      .array(z.strictObject({ role: z.enum(['user', 'assistant']), text: prose }))
      .min(1)
      .max(1000)
      .superRefine((messages, context) => {
        const misplaced = messages.findIndex(({ role }, i) => role !== roleAt(i));
        if (misplaced === -1) return;
        const message = `${roleAt(misplaced)}, because roles alternate and begin with user`;
        context.addIssue({ code: 'custom', path: [misplaced, 'role'], message });
      })
      .optional()
      .describe(
        'A conversation with alternating roles that begins with `user`; use it instead of `prompt`.',
      ),
    system: prose.optional().describe('The system prompt.'),
    inferenceConfig: z
      .strictObject(inferenceFields)
      .optional()
      .describe('Parameters that a model refuses are omitted and listed in `degradedBy`.'),
    ...optionFields,
  })
  .refine(({ prompt, messages }) => (prompt === undefined) !== (messages === undefined), {
    path: ['prompt'],
    message: 'exactly one of prompt and messages',
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

export function parseJobRequest(body: unknown, settings: Settings): Parsed<JobRequest> {
  const parsed = parse(jobRequest, body);
  if (!parsed.valid) return parsed;
  const errors = againstSettings(parsed.value, settings);
  if (errors.length > 0) return { valid: false, errors };

  const { prompt, messages, system, inferenceConfig, ...options } = parsed.value;
  const turns = messages ?? [{ role: 'user' as const, text: prompt ?? '' }];
  return {
    valid: true,
    value: { conversation: { system, messages: turns, inferenceConfig }, options },
  };
}

function againstSettings(given: z.infer<typeof jobRequest>, settings: Settings): readonly Fault[] {
  const { deadlineSeconds } = given;
  const { jobs, breaker } = settings;
  const chain = chainOf(settings, given.chain ?? defaultChain(settings));
  const unknown = `got an unknown chain, allowed is one of ${chainNames(settings).join(', ')}`;
  const errors = chain ? againstChain(given, chain) : [{ field: 'chain', detail: unknown }];
  // With less time than the shortest call needs, no call would start.
  const [least, most] = [shortestCallMs(breaker, jobs) / 1000, jobs.deadlineSeconds];
  if (deadlineSeconds !== undefined && (deadlineSeconds < least || deadlineSeconds > most)) {
    const detail = `got ${deadlineSeconds}, allowed is ${least} to ${most}`;
    errors.push({ field: 'deadlineSeconds', detail });
  }
  return errors;
}

/** Finds tiers and regions that the job's chain does not have. */
function againstChain({ minTier, regions }: z.infer<typeof jobRequest>, { tiers }: Chain): Fault[] {
  const tierNames = tiers.map((tier) => tier.name);
  const served = new Set(tiers.flatMap(({ targets }) => targets.map(({ region }) => region)));
  const errors: Fault[] = [];
  if (minTier !== undefined && !tierNames.includes(minTier)) {
    errors.push({
      field: 'minTier',
      detail: `got an unknown tier, allowed is one of ${tierNames.join(', ')}`,
    });
  }
  for (const [i, region] of (regions ?? []).entries()) {
    if (served.has(region)) continue;
    const detail = `got a region without targets, allowed is one of ${[...served].join(', ')}`;
    errors.push({ field: `regions[${i}]`, detail });
  }
  return errors;
}
