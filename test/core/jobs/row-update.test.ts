import { describe, expect, test } from '@jest/globals';
import { cancel, expire, fail, succeed } from '../../../lambda/core/jobs/end-transitions.ts';
import type { Job } from '../../../lambda/core/jobs/job.ts';
import { alreadyApplied, type RowUpdate } from '../../../lambda/core/jobs/row-update.ts';
import {
  claim,
  defer,
  postpone,
  redrive,
  release,
  renew,
  requestCancel,
  requeue,
  sent,
  unsent,
} from '../../../lambda/core/jobs/transitions.ts';
import { aJob, anAnswer, anAttempt, aRunningJob, START } from '../../support/job-builders.ts';
import { applyUpdate } from '../../support/memory-job-store.ts';
import { someSettings } from '../../support/settings.ts';

const settings = someSettings();
const queued = aJob();
const running = aRunningJob();
const dead = aJob({ status: 'DEAD_LETTERED' });
const run = { attempts: [anAttempt({ outcome: 'capacity' })], refusedTargets: [{ target: 'a' }] };
const error = { type: 't', title: 't' };

/** The row as a store reads it: equal to the written one, but not the same objects. */
const stored = (job: Job, update: RowUpdate) => structuredClone(applyUpdate(job, update));

const answered = succeed(running, anAnswer(), run, 10, START);

describe('a write that is repeated because its response was lost', () => {
  test.each<[string, Job, RowUpdate]>([
    ['claim', queued, claim(queued.generation, 'next', START, settings)],
    ['deferral', running, defer(running, START + 60_000, run, START)],
    ['release', running, release(running, run, START)],
    ['requeue', running, requeue(running, START + 100_000)],
    ['redrive', dead, redrive(dead, START, settings)],
    ['answer', running, answered],
    ['failure', running, fail(running, error, run, START)],
    ['cancel', queued, cancel(queued, START)],
    ['expiry', queued, expire(queued, START)],
  ])('recognises its %s in the row', (_, job, update) => {
    expect(alreadyApplied(job, update)).toBe(false);
    expect(alreadyApplied(stored(job, update), update)).toBe(true);
  });

  test.each<[string, RowUpdate, RowUpdate]>([
    [
      'another run’s claim',
      claim(queued.generation, 'next', START, settings),
      claim(queued.generation, 'other', START, settings),
    ],
    [
      'the answer of another run',
      answered,
      succeed({ ...running, claimToken: 'other' }, anAnswer(), run, 10, START),
    ],
    ['an earlier cancel', cancel(queued, START + 1), cancel(queued, START)],
    ['an expiry', cancel(queued, START), expire(queued, START)],
    ['a longer answer', answered, succeed(running, anAnswer(), run, 11, START)],
  ])('does not take %s for its own', (_, mine, theirs) => {
    expect(alreadyApplied(stored(running, theirs), mine)).toBe(false);
  });

  test.each<[string, Job, RowUpdate]>([
    ['a renewal', running, renew(running, START, settings.breaker)],
    ['a request to cancel', running, requestCancel(running)],
    ['a send', queued, sent(queued, START)],
    ['a failed send', queued, unsent(queued, START)],
    ['a postponed check', queued, postpone(queued, START + 1)],
  ])('needs no recognition for %s, whose conditions still hold', (_, job, update) => {
    expect(alreadyApplied(stored(job, update), update)).toBe(false);
  });
});
