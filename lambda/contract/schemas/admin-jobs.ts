/**
 * The operators' routes on jobs: GET /v1/admin/jobs, GET and DELETE /v1/admin/jobs/{id}. An operator
 * sees the jobs of all tenants, and their content only on request.
 */
import * as z from 'zod';
import { JOB_STATUSES } from '../words.ts';
import { jobView } from './job-views.ts';

/** The jobs that need a person's attention, beyond their status. */
export const JOB_FILTERS = ['waiting', 'degraded', 'failed', 'dead-lettered'] as const;

/** A job as an operator sees it: the owner's view without the content, and what the owner does not see. */
export const adminJob = jobView.omit({ result: true, resultUrl: true, resultGone: true }).extend({
  tenant: z.string(),
  redrives: z.int().min(0).describe('How often the job was redriven.'),
  deferrals: z.int().min(0).describe('How often the job was put off since its acceptance.'),
  waitsFor: z
    .array(z.object({ target: z.string(), reason: z.string() }))
    .readonly()
    .optional()
    .describe('Why a deferred job waits: the targets that its last run skipped, with the reasons.'),
});

export const adminJobList = z.object({
  jobs: z.array(adminJob).readonly().describe('Newest first.'),
  tenants: z.array(z.string()).readonly().describe('The tenants that have submitted jobs, sorted.'),
  nextCursor: z.string().optional(),
});

export const adminJobsQuery = z.strictObject({
  tenant: z.string().min(1).max(128).optional().describe('Only jobs of this tenant.'),
  status: z.enum(JOB_STATUSES).optional(),
  filter: z.enum(JOB_FILTERS).optional(),
  chain: z.string().min(1).max(64).optional(),
});

export type AdminJob = z.infer<typeof adminJob>;
export type AdminJobList = z.infer<typeof adminJobList>;
