import { type CallOptions, createCall } from './call.ts';
import type {
  AdminHealth,
  AdminJob,
  AdminJobDetail,
  AdminJobList,
  AdminJobsQuery,
  Override,
  OverrideRequest,
  OverrideScope,
  RedriveReport,
  RedriveRequest,
} from './types.ts';

/** Holdfast for an operator. `fetch` must sign the requests with AWS Signature Version 4. */
export interface OperatorClient {
  health(): Promise<AdminHealth>;
  /** Returns a page of the jobs of all tenants, or of one, newest first. */
  jobs(query?: AdminJobsQuery, signal?: AbortSignal): Promise<AdminJobList>;
  /** Returns a job, and its content only if it is asked for, because that is recorded. */
  job(
    jobId: string,
    options?: { readonly content?: boolean; readonly signal?: AbortSignal },
  ): Promise<AdminJobDetail>;
  cancel(jobId: string): Promise<AdminJob>;
  override(scope: OverrideScope, key: string, request: OverrideRequest): Promise<Override>;
  lift(scope: OverrideScope, key: string): Promise<Override>;
  enable(target: string): Promise<{ readonly target: string }>;
  redrive(request?: RedriveRequest): Promise<RedriveReport>;
}

export function createOperatorClient(options: CallOptions): OperatorClient {
  const call = createCall(options);
  const jobPath = (jobId: string) => `admin/jobs/${encodeURIComponent(jobId)}`;
  const overridePath = (scope: OverrideScope, key: string) =>
    `admin/overrides/${scope}/${encodeURIComponent(key)}`;
  return {
    health: () => call('GET', 'admin/health'),
    jobs: (query = {}, signal) => call('GET', 'admin/jobs', { query, ...(signal && { signal }) }),
    job: (jobId, { content, signal } = {}) =>
      call('GET', jobPath(jobId), { query: { content }, ...(signal && { signal }) }),
    cancel: (jobId) => call('DELETE', jobPath(jobId)),
    override: (scope, key, request) => call('PUT', overridePath(scope, key), { body: request }),
    lift: (scope, key) => call('DELETE', overridePath(scope, key)),
    enable: (target) => call('DELETE', `admin/disabled/${encodeURIComponent(target)}`),
    redrive: (request = {}) => call('POST', 'admin/redrive', { body: request }),
  };
}
