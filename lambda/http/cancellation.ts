import type { APIGatewayProxyResult } from 'aws-lambda';
import { PROBLEM } from '../contract/problems.ts';
import type { Cancellation } from '../core/jobs/cancel-job.ts';
import type { Job } from '../core/jobs/job.ts';
import { retryAfter } from './job-view.ts';
import { type Call, json, refused } from './responses.ts';

/** Answers a request to cancel a job. `view` is the job as the person who cancels it sees it. */
export function cancelled(
  call: Call,
  cancellation: Cancellation,
  now: number,
  view: (job: Job) => object,
): APIGatewayProxyResult {
  switch (cancellation.outcome) {
    case 'accepted':
      return json(202, view(cancellation.job), retryAfter(cancellation.job, now));
    case 'ended':
      return refused(call, PROBLEM.alreadyEnded);
    case 'unknown':
      return refused(call, PROBLEM.notFound);
    default:
      return cancellation satisfies never;
  }
}
