import type { JobOptions } from '../../lambda/contract/job-request.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import { type Job, newJob } from '../../lambda/core/jobs/job.ts';
import type { Answer, Attempt } from '../../lambda/core/router/run-result.ts';
import { someSettings } from './settings.ts';

/** 2026-01-01T00:00:00Z, the start time of the tests. */
export const START = Date.UTC(2026, 0, 1);

export const JOB_ID = '0123456789abcdef0123456789abcdef';

/** Returns a job that was accepted at `START`, with the given fields. */
export function aJob(fields: Partial<Job> = {}, settings: Settings = someSettings()): Job {
  const options: JobOptions = { whenOpen: 'fallback' };
  const jobId = fields.jobId ?? JOB_ID;
  const identity = {
    jobId,
    tenant: 'tenant',
    bodyHash: 'hash',
    requestToken: 'request',
    inputBytes: 100,
  };
  return { ...newJob(identity, options, START, settings), ...fields };
}

/** Returns a job that a worker claimed at `START`. */
export function aRunningJob(fields: Partial<Job> = {}): Job {
  const leaseUntil = START + 100_000;
  return aJob({
    status: 'RUNNING',
    claims: 1,
    claimToken: 'claim',
    leaseUntil,
    dueAt: leaseUntil,
    ...fields,
  });
}

export function anAnswer({ text = 'forty-two', ...fields }: Partial<Answer> = {}): Answer {
  return {
    output: { message: { role: 'assistant', content: [{ text }] } },
    text,
    stopReason: 'end_turn',
    servedBy: 'us-east-1/us.anthropic.claude-sonnet-4-6',
    tier: 'primary',
    degraded: false,
    degradedBy: [],
    truncated: false,
    usage: { inputTokens: 10, outputTokens: 5 },
    ...fields,
  };
}

export function anAttempt(fields: Partial<Attempt> = {}): Attempt {
  return {
    target: 'us-east-1/a',
    tier: 'primary',
    outcome: 'answered',
    at: START,
    ms: 100,
    ...fields,
  };
}
