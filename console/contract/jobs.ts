/** Jobs as the page shows them: the operators' view of them, and their content if it is asked for. */
import type { Conversation } from '../../lambda/contract/conversation.ts';
import type { JobOptions } from '../../lambda/contract/job-request.ts';
import type {
  AdminJob,
  AdminJobList,
  JOB_FILTERS,
} from '../../lambda/contract/schemas/admin-jobs.ts';
import type { JobView } from '../../lambda/contract/schemas/job-views.ts';

export type { AdminJob, AdminJobList };
export type JobFilter = (typeof JOB_FILTERS)[number];
export type Attempt = AdminJob['attempts'][number];

/** The job's request with its options; `content` is absent from it once it was purged. */
export type StoredRequest = Conversation & Partial<JobOptions>;

/** The job with what its owner sees, as GET /v1/admin/jobs/{id}?content=true returns it. */
export type AdminJobWithContent = AdminJob & {
  readonly request?: StoredRequest;
} & Pick<JobView, 'result' | 'resultUrl' | 'resultGone'>;
