import { describe, expect, test } from '@jest/globals';
import type { Job } from '../../../lambda/core/jobs/job.ts';
import { type Refusal, refusal } from '../../../lambda/core/jobs/refusal.ts';
import { aJob, aRunningJob, START } from '../../support/job-builders.ts';

const { generation } = aJob();
const MAX_ATTEMPTS = 5;
const LEASE_END = START + 100_000;

const reasonFor = (job: Job, now = START) => refusal(job, generation, now, MAX_ATTEMPTS);

describe('a claim is refused', () => {
  const ended = { status: 'SUCCEEDED', eventPending: true, dueAt: START } as const;
  const later = { generation: generation + 1 };

  test.each<[Refusal, string, Job]>([
    ['stale', 'its message belongs to another generation', aJob({ ...later, claims: 5 })],
    ['stale', 'its message belongs to another generation of an end', aJob({ ...later, ...ended })],
    ['dead-lettered', 'the job is dead-lettered', aJob({ ...ended, status: 'DEAD_LETTERED' })],
    ['stale', 'the sweeper publishes the end', aJob(ended)],
    ['stale', 'the end is published', aJob({ ...ended, eventPending: undefined })],
    ['stale', 'the job has ended with its last claim', aJob({ ...ended, claims: 5 })],
    ['stale', 'a run holds the job', aRunningJob({ claims: 5 })],
    ['stale', 'a run holds the cancelled job', aRunningJob({ cancelRequested: true })],
    ['cancelled', 'the caller cancelled the job', aJob({ cancelRequested: true })],
    [
      'cancelled',
      'the caller cancelled the job before its deadline passed',
      aJob({ cancelRequested: true, deadlineAt: START }),
    ],
    ['expired', 'the deadline is now', aJob({ deadlineAt: START })],
    [
      'expired',
      'the deadline is now and all claims are used',
      aJob({ deadlineAt: START, claims: 5 }),
    ],
    ['exhausted', 'all claims are used', aJob({ claims: 5 })],
    ['exhausted', 'more claims are used than the settings now allow', aJob({ claims: 6 })],
    ['stale', 'the row has changed since, and would admit a claim', aJob({ claims: 4 })],
    ['stale', 'the deadline is a millisecond away', aJob({ deadlineAt: START + 1 })],
  ])('as %s if %s', (reason, _, job) => {
    expect(reasonFor(job)).toBe(reason);
  });

  test('as stale until the lease of the last run ends, then as exhausted', () => {
    const last = aRunningJob({ claims: 5, leaseUntil: LEASE_END });

    expect(reasonFor(last, LEASE_END - 1)).toBe('stale');
    expect(reasonFor(last, LEASE_END)).toBe('exhausted');
  });
});
