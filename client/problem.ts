import type { ProblemDetails } from './types.ts';

/** The API refused a request, or failed: an error response, as problem details (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  /** Identifies the kind of problem. It never changes. @default the response had no problem details */
  readonly type?: ProblemDetails['type'];
  readonly title: string;
  readonly detail?: string;
  /** The fields that are at fault. */
  readonly errors?: ProblemDetails['errors'];
  readonly requestId?: string;
  /** The wait that the API asks for, in milliseconds. */
  readonly retryAfterMs?: number;

  constructor(status: number, details: Partial<ProblemDetails>, retryAfterMs: number | undefined) {
    super(details.title ?? `The API answered ${status}`);
    this.status = status;
    this.title = this.message;
    if (details.type !== undefined) this.type = details.type;
    if (details.detail !== undefined) this.detail = details.detail;
    if (details.errors !== undefined) this.errors = details.errors;
    if (details.requestId !== undefined) this.requestId = details.requestId;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** There was no response: the address is wrong, nothing listens there, or the connection was lost. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** The job has not ended within the time that the caller gave it. It goes on. */
export class WaitTimeout extends Error {
  override readonly name = 'WaitTimeout';
  readonly jobId: string;
  constructor(jobId: string) {
    super(`The job ${jobId} has not ended yet`);
    this.jobId = jobId;
  }
}

/** Reads an error response. A gateway or a proxy may send another body than problem details. */
export async function problemOf(response: Response): Promise<Problem> {
  const body = await response.text().catch(() => '');
  return new Problem(response.status, detailsOf(body), retryAfterOf(response));
}

function detailsOf(body: string): Partial<ProblemDetails> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}

function retryAfterOf({ headers }: Response): number | undefined {
  const seconds = headers.get('retry-after');
  return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
