/** Jobs as the page shows them: the operators' view of them, with their content if it is asked for. */
import type {
  AdminJob,
  AdminJobDetail,
  AdminJobList,
  JobFilterName,
} from '../../lambda/contract/schemas/admin-jobs.ts';

export type { AdminJob, AdminJobDetail, AdminJobList, JobFilterName };
export type Attempt = AdminJob['attempts'][number];
