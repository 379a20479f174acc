import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { work } from '../../lambda/worker/work.ts';
import { aJob, JOB_ID } from '../support/job-builders.ts';
import { aWorld, rowOf } from '../support/job-world.ts';

const { generation } = aJob();

/** Receives a message in a world whose only job runs if the message is correct. */
async function receive(body: string) {
  const world = aWorld();
  world.jobs.rows.set(JOB_ID, aJob());
  await world.results.putPrompt(aJob(), { messages: [userMessage('hello')] });
  await work(world, world.invocation, body);
  return world;
}

async function expectDeadLettered(body: string, reason: unknown): Promise<void> {
  const world = await receive(body);

  expect(world.queue.dead).toEqual([{ body, reason }]);
  expect(rowOf(world, JOB_ID)).toEqual(aJob());
  expect(world.queue.sent).toEqual([]);
}

test('a message with arbitrary bytes is dead-lettered unchanged', async () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each).toString());
  const texts = fc.oneof(bytes, fc.string({ unit: 'binary' }), fc.json());

  await fc.assert(
    fc.asyncProperty(texts, (body) =>
      expectDeadLettered(body, expect.stringMatching(/^(not-json|malformed|unknown-version)$/)),
    ),
  );
});

test('a message of another version is dead-lettered for that reason, whatever else it contains', async () => {
  const versions = fc.integer().filter((version) => version !== 1);
  const fields = fc.dictionary(fc.string(), fc.jsonValue());

  await fc.assert(
    fc.asyncProperty(versions, fields, (version, others) => {
      const body = JSON.stringify({ ...others, jobId: JOB_ID, generation, version });
      return expectDeadLettered(body, 'unknown-version');
    }),
  );
});

test('a message of this version with a wrong or additional field is dead-lettered', async () => {
  const right = { version: 1, jobId: JOB_ID, generation };
  const isRight = (name: string, value: unknown) =>
    name === 'generation' ? Number.isInteger(value) && Number(value) >= 0 : false;
  const faults = fc
    .tuple(fc.oneof(fc.constantFrom('jobId', 'generation'), fc.string()), fc.jsonValue())
    .filter(([name, value]) => name !== 'version' && !isRight(name, value));

  await fc.assert(
    fc.asyncProperty(faults, ([name, value]) => {
      const wrong = Object.entries({ ...right, [name]: undefined }).filter(
        ([, each]) => each !== undefined,
      );
      const body = JSON.stringify(Object.fromEntries([...wrong, [name, value]]));
      return expectDeadLettered(body, 'malformed');
    }),
  );
});

test('a well-formed message for an unknown job is acknowledged', async () => {
  const ids = fc.stringMatching(/^[0-9a-f]{32}$/).filter((id) => id !== JOB_ID);

  await fc.assert(
    fc.asyncProperty(ids, fc.nat(), async (jobId, sentGeneration) => {
      const body = JSON.stringify({ version: 1, jobId, generation: sentGeneration });
      const world = await receive(body);

      expect(world.queue.dead).toEqual([]);
      expect([...world.jobs.rows.values()]).toEqual([aJob()]);
    }),
  );
});
