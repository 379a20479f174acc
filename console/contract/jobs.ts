/** Jobs as the page shows them: the operators' view of them, with their content if it is asked for. */
import type {
  AdminJob,
  AdminJobDetail,
  AdminJobList,
  JobFilterName,
} from '../../lambda/contract/schemas/admin-jobs.ts';

import type { JobView } from '../../lambda/contract/schemas/job-views.ts';

/** A job as its tenant sees it. */
export type Job = JobView;
export type { AdminJob, AdminJobDetail, AdminJobList, JobFilterName };
export type Attempt = AdminJob['attempts'][number];
