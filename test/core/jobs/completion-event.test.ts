import { describe, expect, test } from '@jest/globals';
import { completionEvent } from '../../../lambda/core/jobs/completion-event.ts';
import { aJob, aRunningJob, JOB_ID, START } from '../../support/job-builders.ts';

const { generation } = aJob();

describe('the completion event of a job', () => {
  test('that failed names the type of its error, and neither its title nor a target', () => {
    const error = { type: 'urn:t', title: 'what happened', retryAt: START };
    const failed = aJob({ status: 'FAILED', completedAt: START + 900, error });

    expect(JSON.parse(JSON.stringify(completionEvent(failed)))).toStrictEqual({
      id: `${JOB_ID}#${generation}`,
      jobId: JOB_ID,
      tenant: 'tenant',
      chain: 'default',
      status: 'FAILED',
      createdAt: '2026-01-01T00:00:00.000Z',
      completedAt: '2026-01-01T00:00:00.900Z',
      errorType: 'urn:t',
    });
  });

  test.each([
    ['waits', aJob({ eventPending: true })],
    ['was deferred', aJob({ status: 'DEFERRED', eventPending: true })],
    ['runs', aRunningJob({ eventPending: true })],
  ])('does not exist while the job %s', (_, job) => {
    expect(completionEvent(job)).toBeUndefined();
  });
});
