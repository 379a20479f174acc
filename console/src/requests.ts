import type { OverrideScope } from '../../lambda/contract/words.ts';
import { hasEnded } from '../../lambda/contract/words.ts';
import type { AdminJob, AdminJobDetail, AdminJobList, Job } from '../contract/jobs.ts';
import { CONSOLE_ROUTES, TENANT_HEADER } from '../contract/routes.ts';
import { Problem } from './problem.ts';

export type TenantApi = ReturnType<typeof tenantApi>;
export type OperatorApi = ReturnType<typeof operatorApi>;

/** The longest wait that every deployment allows for one reading of a job, in seconds. */
const WAIT_SECONDS = 5;

/** The callers' routes, for one tenant. */
export function tenantApi(send: typeof fetch, tenant: string) {
  const request = requester(send, { [TENANT_HEADER]: tenant });
  return {
    submit: (body: unknown, { idempotencyKey }: { readonly idempotencyKey?: string } = {}) =>
      request<{ jobId: string }>('POST', 'jobs', {
        body,
        headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
      }),
    /** Reads the job until it has ended. */
    wait: async (
      jobId: string,
      options: { readonly signal: AbortSignal; readonly onChange: (job: Job) => void },
    ): Promise<Job> => {
      const { signal, onChange } = options;
      for (;;) {
        const path = `jobs/${jobId}?wait=${WAIT_SECONDS}`;
        const job = await request<Job>('GET', path, { signal });
        if (hasEnded(job.status)) return job;
        onChange(job);
      }
    },
  };
}

interface JobsQuery {
  readonly tenant?: string;
  readonly status?: string;
  readonly filter?: string;
  readonly chain?: string;
  readonly limit?: number;
  readonly cursor?: string;
  readonly signal?: AbortSignal;
}

interface RedriveRequest {
  readonly limit?: number;
  readonly maxPerSecond?: number;
  readonly dryRun?: boolean;
  readonly jobId?: string;
}

interface RedriveReport {
  readonly moved: number;
  readonly skipped: number;
  readonly held: number;
  readonly unreadable: number;
  readonly left: number;
  readonly dryRun: boolean;
}

/** The operators' routes, which the console's server signs. */
export function operatorApi(send: typeof fetch) {
  const request = requester(send, {});
  const overridePath = (scope: OverrideScope, key: string) =>
    `admin/overrides/${scope}/${encodeURIComponent(key)}`;
  return {
    jobs: ({ signal, ...query }: JobsQuery) => {
      const given = Object.entries(query).filter(([, value]) => value !== undefined);
      const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
      return request<AdminJobList>('GET', `admin/jobs?${search}`, { signal });
    },
    job: (
      jobId: string,
      { content, signal }: { readonly content: boolean; readonly signal?: AbortSignal },
    ) => request<AdminJobDetail>('GET', `admin/jobs/${jobId}?content=${content}`, { signal }),
    cancel: (jobId: string) => request<AdminJob>('DELETE', `admin/jobs/${jobId}`),
    redrive: (body: RedriveRequest) => request<RedriveReport>('POST', 'admin/redrive', { body }),
    override: (scope: OverrideScope, key: string, body: unknown) =>
      request<unknown>('PUT', overridePath(scope, key), { body }),
    lift: (scope: OverrideScope, key: string) =>
      request<unknown>('DELETE', overridePath(scope, key)),
    enable: (target: string) =>
      request<unknown>('DELETE', `admin/disabled/${encodeURIComponent(target)}`),
  };
}

interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function requester(send: typeof fetch, ownHeaders: Readonly<Record<string, string>>) {
  return async <Value>(
    method: string,
    path: string,
    { body, headers = {}, signal }: RequestOptions = {},
  ): Promise<Value> => {
    const response = await send(`${CONSOLE_ROUTES.api}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...ownHeaders, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as Value;
    throw Problem.of(response.status, text, response.headers.get('retry-after'));
  };
}
