import type { AdminJob, Attempt } from '../../../console/contract/jobs.ts';

export const SONNET = 'us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const HAIKU = 'us-west-2/us.anthropic.claude-haiku-4-5-20251001-v1:0';

export function anAdminJob(job: Partial<AdminJob> = {}): AdminJob {
  return {
    jobId: '0123456789abcdef0123456789abcdef',
    status: 'QUEUED',
    chain: 'default',
    createdAt: '2026-11-28T12:30:00.000Z',
    deadlineAt: '2026-11-29T12:30:00.000Z',
    attempts: [],
    tenant: 'harbour',
    redrives: 0,
    deferrals: 0,
    ...job,
  };
}

export function anAttempt(attempt: Partial<Attempt> = {}): Attempt {
  return {
    target: SONNET,
    tier: 'primary',
    outcome: 'answered',
    at: '2026-11-28T12:30:01.000Z',
    ms: 900,
    ...attempt,
  };
}
