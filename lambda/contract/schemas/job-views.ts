/**
 * Jobs as their callers see them: the answers of the API and, word for word, its document. The code
 * that answers is typed from here. Times are ISO 8601 in UTC.
 */
import * as z from 'zod';
import { JOB_STATUSES, TARGET_FAILURE_KINDS } from '../words.ts';

const time = z.iso.datetime();
const jobId = z.string().regex(/^[0-9a-f]{32}$/);
const status = z.enum(JOB_STATUSES);

const attempt = z.object({
  target: z.string().describe('`<region>/<model or inference profile>`'),
  tier: z.string(),
  outcome: z.enum([
    'answered',
    'skipped',
    ...TARGET_FAILURE_KINDS,
    'job',
    'config',
    'aborted',
    'unusable',
  ]),
  reason: z.string().optional().describe('Why it was skipped, or the name of the error.'),
  ms: z.number().min(0),
});

/** Of the end of a run that had an answer. */
const served = {
  servedBy: z.string().optional().describe('The target that answered.'),
  tier: z.string().optional(),
  degraded: z
    .boolean()
    .optional()
    .describe('A lesser tier served, or something was cut; `degradedBy` says what.'),
};

const timeline = {
  createdAt: time,
  completedAt: time.optional(),
  nextAttemptAt: time.optional().describe('When a deferred job is tried next.'),
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
  ...timeline,
  deadlineAt: time.describe('An open job expires at this time.'),
  cancelRequested: z
    .boolean()
    .optional()
    .describe('The job ends before its next call of a model; an answer already there wins.'),
  metadata: z.record(z.string(), z.string()).readonly().optional(),
  attempts: z.array(attempt).readonly().describe('The latest 20, oldest first.'),
  ...served,
  degradedBy: z.array(z.string()).readonly().optional(),
  truncated: z.boolean().optional().describe('The answer reached its `maxTokens`.'),
  usage: z.object({ inputTokens: z.int().min(0), outputTokens: z.int().min(0) }).optional(),
  costUsd: z.number().min(0).optional().describe('By list price.'),
  result: z
    .object({ text: z.string(), stopReason: z.string() })
    .optional()
    .describe('The answer, up to 256 KB of it; a longer one is behind `resultUrl`.'),
  resultUrl: z.url().optional().describe('Downloads the answer, for at most 15 minutes.'),
  error: z
    .object({
      type: z.string(),
      title: z.string(),
      retryAt: time.optional().describe('When to try again, where that is known.'),
    })
    .optional()
    .describe('Why the job ended without an answer.'),
});

const jobItem = z.object({ jobId, status, ...timeline, ...served });

export const jobList = z.object({
  jobs: z.array(jobItem).readonly().describe('Newest first.'),
  nextCursor: z
    .string()
    .optional()
    .describe('Gives the next page; absent at the end. A page may be short, or empty, before it.'),
});

export type AcceptedJob = z.infer<typeof acceptedJob>;
export type JobView = z.infer<typeof jobView>;
export type JobItem = z.infer<typeof jobItem>;
export type JobList = z.infer<typeof jobList>;
