import { describe, expect, test } from '@jest/globals';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { SANDBOX_INPUT_BYTES } from '../../lambda/contract/input-limits.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { PROMPT_GONE } from '../../lambda/core/jobs/job-errors.ts';
import type { RunRequest } from '../../lambda/core/router/run-request.ts';
import { work } from '../../lambda/worker/work.ts';
import { aJob } from '../support/job-builders.ts';
import { answers, aWorld, rowOf } from '../support/job-world.ts';

const ID = (n: number) => n.toString(16).padStart(32, '0');
const UPLOAD = 'f'.repeat(32);
const image = (source: object) => ({ image: { format: 'gif', source } });

/** Returns a world whose model answers when it is told to, and the calls that wait. */
function aSlowWorld() {
  const calls: { readonly request: RunRequest; readonly answer: () => void }[] = [];
  const world = aWorld({
    run: (request) =>
      new Promise((resolve) => calls.push({ request, answer: () => resolve(answers()) })),
  });
  const accept = async (jobId: string, inputBytes: number) => {
    const job = aJob({ jobId, inputBytes });
    world.jobs.rows.set(jobId, job);
    await world.results.putPrompt(job, { messages: [userMessage('hello')] });
    return () => work(world, world.invocation, encodeMessage(job));
  };
  return { world, calls, accept };
}

/** Lets all work that waits for nothing go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a job with files', () => {
  test('is sent to the model with their bytes, also within the result of a tool', async () => {
    const requests: RunRequest[] = [];
    const world = aWorld({
      run: (request) => {
        requests.push(request);
        return answers();
      },
    });
    const job = aJob();
    const toolResult = { toolUseId: 't', content: [{ text: 'a' }, image({ upload: UPLOAD })] };
    const inline = image({ bytes: 'aW5saW5l' });
    world.jobs.rows.set(job.jobId, job);
    await world.results.putPrompt(job, {
      system: [{ text: 'be brief' }],
      messages: [
        { role: 'user', content: [{ text: 'Look.' }, image({ upload: UPLOAD }), inline] },
        { role: 'user', content: [{ toolResult }] },
      ],
    });
    world.results.files.set(`${job.jobId}/request/${UPLOAD}`, 'R0lG');

    await work(world, world.invocation, encodeMessage(job));

    const loaded = image({ bytes: 'R0lG' });
    expect(requests[0]?.conversation).toEqual({
      system: [{ text: 'be brief' }],
      messages: [
        { role: 'user', content: [{ text: 'Look.' }, loaded, inline] },
        {
          role: 'user',
          content: [{ toolResult: { toolUseId: 't', content: [{ text: 'a' }, loaded] } }],
        },
      ],
    });
    expect(rowOf(world, job.jobId).status).toBe('SUCCEEDED');
  });

  test('fails if one of them is gone, and calls no model', async () => {
    const world = aWorld({
      run: () => {
        throw new Error('called');
      },
    });
    const job = aJob();
    world.jobs.rows.set(job.jobId, job);
    const content = [{ text: 'Look.' }, image({ upload: UPLOAD })];
    await world.results.putPrompt(job, { messages: [{ role: 'user', content }] });

    await work(world, world.invocation, encodeMessage(job));

    expect(rowOf(world, job.jobId)).toMatchObject({ status: 'FAILED', error: PROMPT_GONE });
  });
});

describe('a sandbox without room for a job', () => {
  test('sends it back at once, with its claim, and runs the others', async () => {
    const { world, calls, accept } = aSlowWorld();
    const half = SANDBOX_INPUT_BYTES / 2;
    const run = await Promise.all([1, 2, 3].map((n) => accept(ID(n), half)));
    const small = await accept(ID(4), 0);

    const running = Promise.all([...run, small].map((each) => each()));
    await settle();

    expect(calls.map(({ request }) => request.jobId)).toEqual([ID(1), ID(2), ID(4)]);
    const sentBack = rowOf(world, ID(3));
    expect(sentBack).toMatchObject({ status: 'QUEUED', claims: 0, attempts: [] });
    expect(world.queue.sent).toEqual([
      {
        message: { jobId: ID(3), generation: sentBack.generation, tenant: 'tenant' },
        delayMs: 0,
      },
    ]);
    expect(world.results.answers.size).toBe(0);
    for (const { answer } of calls) answer();
    await running;
    expect(rowOf(world, ID(1)).status).toBe('SUCCEEDED');
  });

  test('has room again after a job has ended, whatever its end', async () => {
    const { world, calls, accept } = aSlowWorld();
    const large = await accept(ID(1), SANDBOX_INPUT_BYTES);
    const first = large();
    await settle();
    world.ends.write = async () => {
      throw new Error('table down');
    };
    calls[0]?.answer();
    await expect(first).rejects.toThrow('table down');

    const second = await accept(ID(2), SANDBOX_INPUT_BYTES);
    void second().catch(() => undefined);
    await settle();

    expect(calls.map(({ request }) => request.jobId)).toEqual([ID(1), ID(2)]);
  });
});
