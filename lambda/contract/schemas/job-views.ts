/**
 * Jobs as callers see them. These schemas type the responses, and the API's document is generated
 * from them. Times are ISO 8601 in UTC.
 */
import * as z from 'zod';
import type { ContentBlock } from '../conversation.ts';
import { JOB_ID } from '../keys.ts';
import { ATTEMPT_OUTCOMES, JOB_STATUSES, PURGE_STATES } from '../words.ts';
import { contentBlock } from './content-blocks.ts';

const time = z.iso.datetime();
const jobId = z.string().regex(JOB_ID);
const status = z.enum(JOB_STATUSES);

const attempt = z.object({
  target: z.string().describe('`<region>/<model or inference profile>`'),
  tier: z.string(),
  outcome: z
    .enum(ATTEMPT_OUTCOMES)
    .describe(
      'The failure kind, or `answered`, `skipped` (no call was made) or `unusable` (the answer was empty or malformed).',
    ),
  reason: z
    .string()
    .optional()
    .describe('Why the target was skipped, why its answer was unusable, or the name of its error.'),
  at: time.describe('The start.'),
  ms: z.number().min(0).describe('The duration in milliseconds.'),
  firstTokenMs: z
    .number()
    .min(0)
    .optional()
    .describe('The time to the first token of the answer in milliseconds.'),
  charged: z
    .boolean()
    .optional()
    .describe(
      'The models answered other jobs at that time, so the failed call counts towards `jobs.failedCalls`.',
    ),
});

/** The fields that are known once a target has answered. */
const served = {
  servedBy: z.string().optional().describe('The target that answered.'),
  tier: z.string().optional(),
  degraded: z
    .boolean()
    .optional()
    .describe(
      'A tier after the first one answered, or the request was reduced; `degradedBy` lists the reductions.',
    ),
};

const chain = z.string().describe('The chain that serves the job.');

const usage = z.object({
  inputTokens: z.int().min(0),
  outputTokens: z.int().min(0),
  totalTokens: z.int().min(0),
  cacheReadInputTokens: z.int().min(0).optional(),
  cacheWriteInputTokens: z.int().min(0).optional(),
  heldTokens: z
    .int()
    .min(0)
    .optional()
    .describe(
      'The tokens of the target’s quota that the call held while it ran; absent without a known quota. Lower `maxTokens` to hold less.',
    ),
  estimated: z
    .boolean()
    .optional()
    .describe('The tokens are an estimate, because a time limit cut the answer.'),
});

/** An answer is not checked again: its blocks are those that the model sent. */
const message = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content: z
    .array(contentBlock as unknown as z.ZodType<ContentBlock>)
    .readonly()
    .describe('The content blocks of Converse: text, toolUse, reasoningContent and others.'),
});

const timeline = {
  createdAt: time,
  completedAt: time.optional(),
  nextAttemptAt: time.optional().describe('The time of a deferred job’s next attempt.'),
};

export const acceptedJob = z
  .object({
    jobId,
    status,
    links: z.object({ self: z.string().describe('The job: GET reads it, DELETE cancels it.') }),
  })
  .meta({
    examples: [
      {
        jobId: '0123456789abcdef0123456789abcdef',
        status: 'QUEUED',
        links: { self: '/v1/jobs/0123456789abcdef0123456789abcdef' },
      },
    ],
  });

export const jobView = z.object({
  jobId,
  status,
  chain,
  ...timeline,
  deadlineAt: time.describe('A job that has not ended by this time expires.'),
  cancelRequested: z
    .boolean()
    .optional()
    .describe('The job ends within half a minute, unless an answer arrives before that.'),
  metadata: z.record(z.string(), z.string()).readonly().optional(),
  attempts: z.array(attempt).readonly().describe('The latest 20 attempts, oldest first.'),
  ...served,
  degradedBy: z.array(z.string()).readonly().optional(),
  truncated: z.boolean().optional().describe('The answer reached its `maxTokens` or a time limit.'),
  usage: usage.optional().describe('The tokens of the call that answered.'),
  costUsd: z.number().min(0).optional().describe('The cost in US dollars at list price.'),
  result: z
    .object({
      output: z.object({ message }),
      stopReason: z.string(),
      usage,
      trace: z.unknown().optional().describe('What a guardrail found, as Converse reports it.'),
      additionalModelResponseFields: z.unknown().optional(),
      text: z.string().describe('All text of the answer, joined.'),
    })
    .optional()
    .describe(
      'The answer of Converse, if it has at most 256 KB. Fetch a longer answer from `resultUrl`.',
    ),
  resultGone: z
    .boolean()
    .optional()
    .describe('The answer was deleted before the job, because the retention was shortened.'),
  resultUrl: z.url().optional().describe('A link to the answer, valid for at most 15 minutes.'),
  purge: z
    .enum(PURGE_STATES)
    .optional()
    .describe(
      '`done`: the job’s prompt, files and answer were deleted on request. `begun`: the deletion was interrupted; another request completes it.',
    ),
  error: z
    .object({
      type: z.string().describe('Identifies the reason. It never changes; the title may.'),
      title: z.string(),
      detail: z
        .string()
        .optional()
        .describe(
          'What the model said when it refused the request, at most 2 KB. It may quote the prompt.',
        ),
      retryAt: time.optional().describe('The time to try again, if it is known.'),
    })
    .optional()
    .describe('Why the job ended without an answer.'),
});

const jobItem = z.object({ jobId, status, chain, ...timeline, ...served });

export const jobList = z.object({
  jobs: z.array(jobItem).readonly().describe('Newest first.'),
  nextCursor: z
    .string()
    .optional()
    .describe(
      'Pass it as `cursor` to get the next page. Absent on the last page. A page can hold fewer jobs than `limit`, or none, even if more pages follow.',
    ),
});

export type AcceptedJob = z.infer<typeof acceptedJob>;
export type JobView = z.infer<typeof jobView>;
export type JobItem = z.infer<typeof jobItem>;
export type JobList = z.infer<typeof jobList>;
