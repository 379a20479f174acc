import type { Call } from './call.ts';
import { pauseAfter, type Timer } from './pause.ts';
import type { AcceptedJob, JobRequest } from './types.ts';

const MOST_TRIES = 4;

/**
 * Submits a job. The idempotency key makes a second try after a lost response safe: the API answers with
 * the job that it has made already.
 */
export async function submitJob(
  call: Call,
  timer: Timer,
  request: JobRequest,
  options: { readonly idempotencyKey?: string; readonly signal?: AbortSignal } = {},
): Promise<AcceptedJob> {
  const { idempotencyKey = crypto.randomUUID(), signal } = options;
  const headers = { 'idempotency-key': idempotencyKey };
  for (let tries = 1; ; tries++) {
    try {
      return await call('POST', 'jobs', { body: request, headers, ...(signal && { signal }) });
    } catch (error) {
      const pauseMs = pauseAfter(error, tries);
      if (pauseMs === undefined || tries === MOST_TRIES) throw error;
      await timer.sleep(pauseMs, signal);
    }
  }
}
