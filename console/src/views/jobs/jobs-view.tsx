import type { ViewProps } from '../view-props.ts';
import { JobDetail } from './job-detail.tsx';
import { JobList } from './job-list.tsx';

/** The jobs: the list, or one job if the address names it. */
export function JobsView(props: ViewProps & { readonly path: string; readonly search: string }) {
  const { path, search } = props;
  const [, jobId] = path.split('/');
  return jobId ? (
    <JobDetail key={jobId} {...props} jobId={jobId} />
  ) : (
    <JobList {...props} search={search} />
  );
}
