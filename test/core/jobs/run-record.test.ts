import { describe, expect, test } from '@jest/globals';
import { NO_ATTEMPT, recordOf } from '../../../lambda/core/jobs/run-record.ts';
import { aJob, anAttempt } from '../../support/job-builders.ts';

const failed = (target: string) => anAttempt({ target, outcome: 'model-error' });
const charged = (target: string) => ({ ...failed(target), charged: true as const });

describe('the record of a run', () => {
  test('adds its charged calls to those of earlier runs', () => {
    const job = aJob({ failedCalls: 3, attempts: [charged('a')] });

    expect(recordOf(job, { attempts: [failed('b'), charged('c')] })).toEqual({
      attempts: [charged('a'), failed('b'), charged('c')],
      failedCalls: 4,
    });
  });

  test('charges calls of earlier runs too, once this run has shown that the job is the cause', () => {
    const job = aJob({ failedCalls: 3, attempts: [failed('a'), failed('b')] });

    expect(recordOf(job, { attempts: [charged('c')], chargedEarlier: 2 })).toEqual({
      attempts: [charged('a'), charged('b'), charged('c')],
      failedCalls: 6,
    });
  });

  test('adds its refusals to those of earlier runs', () => {
    const job = aJob({ refusedTargets: [{ target: 'a' }] });
    const { refusedTargets } = recordOf(job, { attempts: [], refusedTargets: [{ target: 'b' }] });

    expect(refusedTargets).toEqual([{ target: 'a' }, { target: 'b' }]);
  });

  test('of its first refusal begins the list', () => {
    const { refusedTargets } = recordOf(aJob(), {
      attempts: [],
      refusedTargets: [{ target: 'a' }],
    });

    expect(refusedTargets).toEqual([{ target: 'a' }]);
  });

  test('without an attempt changes neither the history nor the refusals', () => {
    const job = aJob({
      failedCalls: 3,
      attempts: [charged('a')],
      refusedTargets: [{ target: 'a' }],
    });
    const { attempts, failedCalls } = job;

    expect(recordOf(job, NO_ATTEMPT)).toStrictEqual({ attempts, failedCalls });
    expect(recordOf(job, { attempts: [], refusedTargets: [] })).toStrictEqual({
      attempts,
      failedCalls,
    });
  });
});
