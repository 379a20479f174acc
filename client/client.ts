import { type Call, type CallOptions, createCall } from './call.ts';
import { REAL_TIME, type Timer } from './pause.ts';
import { submitJob } from './submit.ts';
import type { AcceptedJob, Health, Job, JobItem, JobRequest, JobStatus } from './types.ts';
import { uploadFile } from './upload.ts';
import { type WaitOptions, waitForJob } from './wait.ts';

export { createOperatorClient, type OperatorClient } from './operator-client.ts';
export { Problem, Unreachable, WaitTimeout } from './problem.ts';
export type * from './types.ts';
export type { WaitOptions } from './wait.ts';

export interface ClientOptions extends CallOptions {
  /** The key of the caller. @default `headers` or `fetch` identify the caller */
  readonly apiKey?: string;
}

export interface SubmitOptions {
  /** Makes it safe to submit the job again. @default a random one, for the client's own retries */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export interface ListOptions {
  /** @default jobs of any status */
  readonly status?: JobStatus;
  /** The most jobs to return. @default all */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

export interface GetOptions {
  /** How long the API waits for the end of the job before it answers. @default 0 */
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
}

/** Holdfast for a caller. Every method throws a `Problem` for an error response, and `Unreachable`. */
export interface Client {
  /** Submits a job. Tries again after a lost response, 429 or 503; the job is made once. */
  submit(request: JobRequest, options?: SubmitOptions): Promise<AcceptedJob>;
  get(jobId: string, options?: GetOptions): Promise<Job>;
  /** Resolves with the job when it has ended. Throws `WaitTimeout` after `timeoutMs`. */
  wait(jobId: string, options?: WaitOptions): Promise<Job>;
  /** Returns the caller's jobs, newest first, page after page. */
  list(options?: ListOptions): AsyncIterable<JobItem>;
  cancel(jobId: string): Promise<Job>;
  /** Deletes the content of a job that has ended. */
  purge(jobId: string): Promise<Job>;
  health(): Promise<Health>;
  /** Uploads a file, and returns the id for `source: { upload }`. `contentType` is its media type. */
  upload(file: { readonly contentType: string; readonly bytes: Uint8Array }): Promise<string>;
}

export function createClient(options: ClientOptions): Client {
  return clientOf(options, REAL_TIME);
}

/** Creates a client with a clock of its own, for tests. */
export function clientOf(options: ClientOptions, timer: Timer): Client {
  const { apiKey, headers, fetch: send = fetch, ...others } = options;
  const key = apiKey !== undefined && { 'x-api-key': apiKey };
  const call = createCall({ ...others, fetch: send, headers: { ...key, ...headers } });
  const jobPath = (jobId: string) => `jobs/${encodeURIComponent(jobId)}`;
  return {
    submit: (request, submitOptions) => submitJob(call, timer, request, submitOptions),
    get: (jobId, { waitSeconds, signal } = {}) =>
      call('GET', jobPath(jobId), { query: { wait: waitSeconds }, ...(signal && { signal }) }),
    wait: (jobId, waitOptions) => waitForJob(call, timer, jobId, waitOptions),
    list: (listOptions) => pages(call, listOptions),
    cancel: (jobId) => call('DELETE', jobPath(jobId)),
    purge: (jobId) => call('DELETE', jobPath(jobId), { query: { purge: true } }),
    health: () => call('GET', 'health'),
    upload: (file) => uploadFile(call, send, file),
  };
}

const PAGE_SIZE = 100;

async function* pages(
  call: Call,
  { status, limit = Number.POSITIVE_INFINITY, signal }: ListOptions = {},
): AsyncGenerator<JobItem> {
  let left = limit;
  let cursor: string | undefined;
  while (left > 0) {
    const page = await call<{ jobs: JobItem[]; nextCursor?: string }>('GET', 'jobs', {
      query: { status, limit: Math.min(left, PAGE_SIZE), cursor },
      ...(signal && { signal }),
    });
    yield* page.jobs;
    left -= page.jobs.length;
    cursor = page.nextCursor;
    if (cursor === undefined) return;
  }
}
