/**
 * The body of POST /v1/jobs. Its faults name the field and the allowed values, and quote no prompt.
 */
import * as z from 'zod';
import { chainNames, chainOf, defaultChain } from '../chains.ts';
import { type Conversation, userMessage } from '../conversation.ts';
import type { JobOptions, JobRequest } from '../job-request.ts';
import type { Chain, Settings } from '../policy.ts';
import { shortestCallMs } from '../time-budget.ts';
import { PRIORITIES, WHEN_OPEN } from '../words.ts';
import { asBlocks, conversationFields } from './conversation.ts';
import { conversationFaults } from './conversation-rules.ts';
import { type Fault, invalid, MAX_FAULTS, type Parsed, parse } from './faults.ts';
import { EXAMPLES_OF_BLOCKS } from './job-examples.ts';
import { prose, wellFormed } from './text.ts';

const ownFields = {
  prompt: prose.optional().describe('A single question; use it instead of `messages`.'),
};

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
  priority: z
    .enum(PRIORITIES)
    .optional()
    .describe('`batch`: where a quota is short, the job leaves half of its burst to the others.'),
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
  .strictObject({ ...ownFields, ...conversationFields, ...optionFields })
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
        messages: [{ role: 'user', content: [{ text: 'Why do ships have anchors?' }] }],
        inferenceConfig: { maxTokens: 200 },
        whenOpen: 'queue',
        metadata: { team: 'harbour' },
      },
      ...EXAMPLES_OF_BLOCKS,
    ],
  });

export function parseJobRequest(body: unknown, settings: Settings): Parsed<JobRequest> {
  const foreign = foreignField(body);
  if (foreign) return foreign;
  const parsed = parse(jobRequest, body);
  if (!parsed.valid) return parsed;
  const { prompt, messages, system, ...given } = parsed.value;
  const { chain, whenOpen, minTier, regions, priority, deadlineSeconds, metadata, ...others } =
    given;
  const options = { chain, whenOpen, minTier, regions, priority, deadlineSeconds, metadata };
  const conversation: Conversation = {
    ...others,
    messages: messages?.map(({ role, content }) => ({ role, content: asBlocks(content) })) ?? [
      userMessage(prompt ?? ''),
    ],
    system: system === undefined ? undefined : asBlocks(system),
  };
  const errors = [...againstSettings(parsed.value, settings), ...conversationFaults(conversation)];
  if (errors.length > 0) return { valid: false, errors: errors.slice(0, MAX_FAULTS) };
  return {
    valid: true,
    value: { conversation, options: options satisfies Record<keyof JobOptions, unknown> },
  };
}

/** The fields of ConverseRequest that a job cannot have, with what to do instead. */
const FOREIGN: Readonly<Record<string, string>> = {
  modelId: 'allowed is a chain instead: name it in chain, or leave it out for the default',
  promptVariables: 'allowed is no prompt variable, because a job has no prompt’s ARN',
};

function foreignField(body: unknown): ReturnType<typeof invalid> | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const field = Object.keys(FOREIGN).find((name) => Object.hasOwn(body, name));
  return field === undefined ? undefined : invalid(field, FOREIGN[field] ?? '');
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
