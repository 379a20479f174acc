import { describe, expect, test } from '@jest/globals';
import {
  attemptSentence,
  outcomeWords,
  signOf,
} from '../../../console/src/views/jobs/attempt-words.ts';
import { jobsAddress, readJobQuery } from '../../../console/src/views/jobs/job-query.ts';
import {
  actionsOf,
  reductionSentence,
  statusLine,
  waitSentences,
} from '../../../console/src/views/jobs/job-words.ts';
import { ATTEMPT_OUTCOMES, JOB_STATUSES } from '../../../lambda/contract/words.ts';
import { anAdminJob, anAttempt, HAIKU, SONNET } from './job-builders.ts';

const names = { timeOf: (iso: string) => iso.slice(11, 19), targetOf: (target: string) => target };

describe('the status of a job', () => {
  test('of a deferred job says until when and because of which target', () => {
    const job = anAdminJob({
      status: 'DEFERRED',
      nextAttemptAt: '2026-11-28T12:31:05.000Z',
      waitsFor: [{ target: SONNET, reason: 'open' }],
    });

    expect(statusLine(job, names)).toBe(`DEFERRED until 12:31:05 because ${SONNET} is open`);
    expect(waitSentences(job)).toEqual([`${SONNET} is skipped because its circuit is open.`]);
  });

  test('counts the other targets that a deferred job waits for', () => {
    const job = anAdminJob({
      status: 'DEFERRED',
      nextAttemptAt: '2026-11-28T12:31:05.000Z',
      waitsFor: [
        { target: SONNET, reason: 'forced-open' },
        { target: HAIKU, reason: 'open' },
      ],
    });

    expect(statusLine(job, names)).toBe(
      `DEFERRED until 12:31:05 because ${SONNET} (forced open) and 1 more admit no calls`,
    );
  });

  test('of a job that is deferred for another reason says until when', () => {
    const job = anAdminJob({ status: 'DEFERRED', nextAttemptAt: '2026-11-28T12:31:05.000Z' });

    expect(statusLine(job, names)).toBe('DEFERRED until 12:31:05');
  });

  test('of any other job is its word', () => {
    const others = JOB_STATUSES.filter((status) => status !== 'DEFERRED');

    expect(others.map((status) => statusLine(anAdminJob({ status }), names))).toEqual(others);
  });
});

describe('an attempt', () => {
  test('has a sign, a word and a sentence for every outcome', () => {
    for (const outcome of ATTEMPT_OUTCOMES) {
      const attempt = anAttempt({ outcome });

      expect(signOf(attempt).sign).toMatch(/^[a-z]+$/);
      expect(outcomeWords(attempt)).toMatch(/^[a-z]/);
      expect(attemptSentence(attempt)).toMatch(/^us-east-1\/.*\.$/);
    }
  });

  test('that was skipped says why', () => {
    const open = anAttempt({ outcome: 'skipped', reason: 'open' });
    const lacking = anAttempt({ outcome: 'skipped', reason: 'unsupported:tools' });
    const unheardOf = anAttempt({ outcome: 'skipped', reason: 'constructor' });

    const full = anAttempt({ outcome: 'skipped', reason: 'quota-full' });

    expect(outcomeWords(open)).toBe('skipped: open');
    expect(attemptSentence(full)).toMatch(/because its quota is used up\.$/);
    expect(attemptSentence(open)).toBe(`${SONNET} was skipped because its circuit is open.`);
    expect(outcomeWords(lacking)).toBe('skipped: lacks tools');
    expect(attemptSentence(lacking)).toMatch(/because it lacks what the job needs: tools\.$/);
    expect(outcomeWords(unheardOf)).toBe('skipped: constructor');
  });

  test('that failed names its error', () => {
    const throttled = anAttempt({ outcome: 'quota-minute', reason: 'ThrottlingException' });

    expect(outcomeWords(throttled)).toBe('throttled');
    expect(attemptSentence(throttled)).toBe(`${SONNET} throttled (ThrottlingException).`);
  });
});

test('a reduction of the request becomes a sentence', () => {
  expect(reductionSentence('tier')).toBe('A tier after the first one answered.');
  expect(reductionSentence('topP')).toBe(
    'topP was left out or changed, because the model refuses it.',
  );
});

test('each status allows the actions that the API accepts', () => {
  const actions = JOB_STATUSES.map((status) => [status, actionsOf({ status })]);

  expect(Object.fromEntries(actions)).toEqual({
    QUEUED: ['cancel', 'run-again', 'edit'],
    RUNNING: ['cancel', 'run-again', 'edit'],
    DEFERRED: ['cancel', 'run-again', 'edit'],
    SUCCEEDED: ['run-again', 'edit'],
    FAILED: ['run-again', 'edit'],
    DEAD_LETTERED: ['redrive', 'run-again', 'edit'],
    EXPIRED: ['run-again', 'edit'],
    CANCELLED: ['run-again', 'edit'],
  });
  expect(actionsOf({ status: 'SUCCEEDED', purge: 'done' })).toEqual([]);
  expect(actionsOf({ status: 'RUNNING', cancelRequested: true })).not.toContain('cancel');
});

describe('the address of the list of jobs', () => {
  test('has the filters that are set, and gives them back', () => {
    const query = { filter: 'waiting', tenant: 'a&b', chain: 'default', cursor: 'x=' } as const;

    expect(jobsAddress(query)).toBe('#/jobs?filter=waiting&tenant=a%26b&chain=default&cursor=x%3D');
    expect(readJobQuery(jobsAddress(query).slice('#/jobs?'.length))).toEqual(query);
    expect(jobsAddress({})).toBe('#/jobs');
  });

  test('loses names and values that it does not know', () => {
    expect(readJobQuery('status=DONE&filter=all&colour=red&tenant=')).toEqual({});
  });
});
