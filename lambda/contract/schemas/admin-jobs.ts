/**
 * The operators' routes on jobs: GET /v1/admin/jobs, GET and DELETE /v1/admin/jobs/{id}. An operator
 * sees the jobs of all tenants, and their content only on request.
 */
import * as z from 'zod';
import type { Conversation } from '../conversation.ts';
import type { JobOptions } from '../job-request.ts';
import { JOB_STATUSES } from '../words.ts';
import { jobView } from './job-views.ts';
import { jobRequest } from './jobs.ts';
import { cursor, limit } from './queries.ts';

/** The jobs that need a person's attention, beyond their status. */
export const JOB_FILTERS = ['waiting', 'degraded', 'failed', 'dead-lettered'] as const;
export type JobFilterName = (typeof JOB_FILTERS)[number];

/** The most tenants whose jobs one list merges: it asks for the jobs of each of them. */
export const MOST_LISTED_TENANTS = 100;

/** A job as an operator sees it: the owner's view without the content, and what the owner does not see. */
export const adminJob = jobView.omit({ result: true, resultUrl: true, resultGone: true }).extend({
  tenant: z.string(),
  redrives: z.int().min(0).describe('How often the job was redriven.'),
  deferrals: z.int().min(0).describe('How often the job was put off since its acceptance.'),
  waitsFor: z
    .array(z.object({ target: z.string(), reason: z.string() }))
    .readonly()
    .optional()
    .describe(
      'Why a deferred job waits: the targets that its last run skipped because they did not admit calls, with the reasons. Absent if the run called all targets that may serve the job.',
    ),
});

const { result, resultUrl, resultGone } = jobView.shape;

/** A job with its content, which is present only with `content=true`. */
export const adminJobDetail = adminJob.extend({
  request: (jobRequest as unknown as z.ZodType<Conversation & JobOptions>)
    .optional()
    .describe(
      'With `content=true`: the job’s request as it was accepted. It can be submitted again; a file that was uploaded appears as its reference.',
    ),
  requestMissing: z
    .enum(['deleted', 'too-large'])
    .optional()
    .describe(
      'With `content=true`: why there is no `request`. `deleted`: its retention is over. `too-large`: it does not fit a response.',
    ),
  result,
  resultUrl,
  resultGone,
});

export const adminJobList = z.object({
  jobs: z.array(adminJob).readonly().describe('Newest first.'),
  tenants: z
    .array(z.string())
    .readonly()
    .describe('The tenants that have submitted jobs which are still kept, sorted.'),
  nextCursor: z
    .string()
    .optional()
    .describe(
      'Pass it as `cursor` to get the next page. Absent on the last page. A page can hold fewer jobs than `limit`, or none, even if more pages follow.',
    ),
});

export const adminJobsQuery = z.strictObject({
  tenant: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe(
      `Returns only jobs of this tenant. Required once more than ${MOST_LISTED_TENANTS} tenants have jobs.`,
    ),
  status: z.enum(JOB_STATUSES).optional().describe('Returns only jobs with this status.'),
  filter: z
    .enum(JOB_FILTERS)
    .optional()
    .describe(
      '`waiting`: only DEFERRED jobs. `degraded`: only SUCCEEDED ones that are degraded. `failed`: only FAILED and EXPIRED ones. `dead-lettered`: only DEAD_LETTERED ones.',
    ),
  chain: z.string().min(1).max(64).optional().describe('Returns only jobs of this chain.'),
  limit,
  cursor: cursor.describe(
    'The `nextCursor` of the previous page; valid only with the same `tenant`, `status`, `filter` and `chain`.',
  ),
});

export const adminJobQuery = z.strictObject({
  content: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .pipe(z.boolean())
    .describe('Adds the request and the answer. The operators’ log records it.'),
});

export type AdminJob = z.infer<typeof adminJob>;
export type AdminJobDetail = z.infer<typeof adminJobDetail>;
export type AdminJobList = z.infer<typeof adminJobList>;
export type AdminJobsQuery = z.infer<typeof adminJobsQuery>;
