import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Settings } from '../contract/policy.ts';
import { PROBLEM } from '../contract/problems.ts';
import { jobQuery } from '../contract/schemas/queries.ts';
import type { Log } from '../core/telemetry.ts';
import { retryAfter } from '../http/job-view.ts';
import { readJobId, readQuery } from '../http/read-event.ts';
import { invalid, json, refused } from '../http/responses.ts';
import { answerTenant } from '../http/tenant-call.ts';
import { type GetJobDependencies, getJob } from './get-job.ts';

export interface StatusDependencies extends GetJobDependencies {
  readonly log: Log;
  /** The largest `wait` that is allowed, in seconds. */
  readonly longestWaitSeconds: number;
}

/** The time reserved after the wait for reading and returning the model's answer. */
const ANSWER_MARGIN_MS = 5000;

/** Answers GET /v1/jobs/{id}, and never throws. Lambda stops the function at `endsAtMs`. */
export function showJob(
  dependencies: StatusDependencies,
  readSettings: () => Promise<Settings>,
  event: APIGatewayProxyEvent,
  endsAtMs: number,
): Promise<APIGatewayProxyResult> {
  const { log, clock, longestWaitSeconds } = dependencies;
  return answerTenant(log, readSettings, event, async (call) => {
    const query = readQuery(event, jobQuery(longestWaitSeconds));
    if (!query.valid) return invalid(call, query.errors);
    const waitUntilMs = Math.min(
      clock.now() + query.value.wait * 1000,
      endsAtMs - ANSWER_MARGIN_MS,
    );
    const jobId = readJobId(event);
    const { jobs } = call.settings;
    const found = await getJob(dependencies, call.tenant, jobId, jobs, waitUntilMs);
    if (!found) return refused(call, PROBLEM.notFound);
    return json(200, found.view, retryAfter(found.job, clock.now()));
  });
}
