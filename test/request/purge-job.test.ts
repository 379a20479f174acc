import { beforeEach, describe, expect, test } from '@jest/globals';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { END_STATUSES, OPEN_STATUSES } from '../../lambda/contract/words.ts';
import { redrive } from '../../lambda/core/jobs/transitions.ts';
import { type ApiCall, anApi, bodyOf, fieldsOf } from '../support/api-caller.ts';
import { aJob, anAnswer, aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { aWorld, rowOf, type World } from '../support/job-world.ts';

let world: World;
let call: ApiCall;
beforeEach(() => {
  world = aWorld();
  call = anApi(world);
});

const remove = (query: Record<string, string[]>, apiKeyId = 'tenant') =>
  call({ route: 'DELETE /jobs/{id}', id: JOB_ID, apiKeyId, query });
const purge = (apiKeyId?: string) => remove({ purge: ['true'] }, apiKeyId);
const show = () => call({ route: 'GET /jobs/{id}', id: JOB_ID, apiKeyId: 'tenant' });

/** Stores an answered job with everything that it has, and what two lost runs left. */
async function anAnsweredJob(): Promise<void> {
  const { text: _, output: __, ...facts } = anAnswer({ costUsd: 0.25 });
  const ended = { ...facts, status: 'SUCCEEDED', completedAt: START, resultBytes: 50 } as const;
  const job = { ...aRunningJob(), ...ended, metadata: { team: 'blue' } };
  world.jobs.rows.set(JOB_ID, job);
  const { results } = world;
  await results.putPrompt(job, { messages: [userMessage('a secret')] });
  results.files.set(`${JOB_ID}/request/upload`, 'secret');
  for (const claimToken of ['claim', 'lost']) {
    await results.putAnswer({ jobId: JOB_ID, claimToken }, anAnswer());
    await results.putErrorDetail({ jobId: JOB_ID, claimToken }, 'a secret');
  }
  await results.putPrompt({ jobId: 'f'.repeat(32), bodyHash: 'hash' }, { messages: [] });
}

/** The number of objects of all jobs. */
function objects(): number {
  const { prompts, files, answers, errorDetails } = world.results;
  return prompts.size + files.size + answers.size + errorDetails.size;
}

describe('DELETE /v1/jobs/{id}?purge=true', () => {
  test('deletes all content of an ended job, and keeps its numbers', async () => {
    await anAnsweredJob();

    const result = await purge();

    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toMatchObject({ jobId: JOB_ID, status: 'SUCCEEDED', purge: 'done' });
    // The prompt of another job stays.
    expect(objects()).toBe(1);
    const shown = bodyOf(await show());
    expect(shown).toMatchObject({ purge: 'done', costUsd: 0.25, metadata: { team: 'blue' } });
    for (const field of ['result', 'resultUrl', 'resultGone'])
      expect(shown).not.toHaveProperty(field);
  });

  test('answers the same a second time, and deletes what a lost run wrote after the first', async () => {
    await anAnsweredJob();
    const first = await purge();
    await world.results.putAnswer({ jobId: JOB_ID, claimToken: 'late' }, anAnswer());

    const { update } = world.jobs;
    world.jobs.update = async () => {
      throw new Error('the row stays as it is');
    };
    expect(await purge()).toEqual(first);
    expect(objects()).toBe(1);
    world.jobs.update = update;
  });

  test('of what is no id reads no row', async () => {
    world.jobs.get = async () => {
      throw new Error('down');
    };

    const result = await call({ route: 'DELETE /jobs/{id}', id: 'a', query: { purge: ['true'] } });

    expect(result.statusCode).toBe(404);
  });

  test('fails if the row disappears in the meantime', async () => {
    await anAnsweredJob();
    const { purge: deleteAll } = world.results;
    world.results.purge = async (jobId) => {
      await deleteAll.call(world.results, jobId);
      world.jobs.rows.clear();
    };

    expect((await purge()).statusCode).toBe(503);
    expect(world.logged).toMatchObject([{ fields: { error: 'Error' } }]);
  });

  test.each(END_STATUSES)('is possible for a job that ended as %s', async (status) => {
    world.jobs.rows.set(JOB_ID, aJob({ status, completedAt: START }));

    expect((await purge()).statusCode).toBe(200);
  });

  test.each(OPEN_STATUSES)('is refused for a job that is %s', async (status) => {
    world.jobs.rows.set(JOB_ID, aJob({ status }));
    await world.results.putPrompt(aJob(), { messages: [] });
    world.jobs.update = async () => {
      throw new Error('a row that stays as it is needs no write');
    };

    const result = await purge();

    expect(result.statusCode).toBe(409);
    expect(bodyOf(result).type).toBe('urn:holdfast:problem:not-ended');
    expect([objects(), rowOf(world, JOB_ID).purge]).toEqual([1, undefined]);
  });

  test('of a job of another tenant finds no job and deletes nothing', async () => {
    await anAnsweredJob();
    const before = objects();

    expect((await purge('other')).statusCode).toBe(404);
    expect([objects(), rowOf(world, JOB_ID).purge]).toEqual([before, undefined]);
  });

  test('that is interrupted hides the answer, and the next one completes it', async () => {
    await anAnsweredJob();
    const { purge: deleteAll } = world.results;
    world.results.purge = async () => {
      throw new Error('down');
    };

    expect((await purge()).statusCode).toBe(503);
    const shown = bodyOf(await show());
    expect(shown.purge).toBe('begun');
    expect(shown).not.toHaveProperty('result');
    world.results.purge = deleteAll;
    expect(bodyOf(await purge()).purge).toBe('done');
    expect(objects()).toBe(1);
  });

  test('hides what a model said against the job', async () => {
    const error = { type: 'a', title: 'b', hasDetail: true } as const;
    world.jobs.rows.set(JOB_ID, aRunningJob({ status: 'FAILED', completedAt: START, error }));
    await world.results.putErrorDetail({ jobId: JOB_ID, claimToken: 'claim' }, 'a secret');

    await purge();

    expect(bodyOf(await show()).error).toEqual({ type: 'a', title: 'b' });
  });

  test('is refused if an operator redrives the job at the same time', async () => {
    const job = aJob({ status: 'DEAD_LETTERED', completedAt: START });
    world.jobs.rows.set(JOB_ID, job);
    await world.results.putPrompt(job, { messages: [] });
    const { get } = world.jobs;
    world.jobs.get = async (jobId) => {
      const row = await get.call(world.jobs, jobId);
      if (row) await world.jobs.update(jobId, redrive(row, START, world.settings));
      return row;
    };

    expect((await purge()).statusCode).toBe(409);
    expect(objects()).toBe(1);
  });

  test.each([
    ['false', ['false']],
    ['nothing', ['']],
    ['two values', ['true', 'true']],
  ])('with %s is refused, and cancels nothing', async (_, values) => {
    world.jobs.rows.set(JOB_ID, aJob());

    const result = await remove({ purge: values });

    expect(result.statusCode).toBe(400);
    expect(fieldsOf(result)).toEqual(['purge']);
    expect(rowOf(world, JOB_ID).status).toBe('QUEUED');
  });
});

test('a purged job cannot be redriven', async () => {
  world.jobs.rows.set(JOB_ID, aJob({ status: 'DEAD_LETTERED', completedAt: START }));
  await purge();
  const row = rowOf(world, JOB_ID);

  expect((await world.jobs.update(JOB_ID, redrive(row, START, world.settings))).applied).toBe(
    false,
  );
});
