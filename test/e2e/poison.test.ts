import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RedriveReport } from '../../lambda/contract/schemas/redrive.ts';
import { asOperator } from './as-operator.ts';
import { type Assembly, synthesizeForTest } from './assembly.ts';
import { eventually } from './eventually.ts';
import { type Holdfast, SETTINGS, startHoldfast, withHoldfast } from './holdfast.ts';

let assembly: Assembly;
beforeAll(async () => {
  assembly = await synthesizeForTest();
}, 60_000);

test('a message that nobody can read is parked with its reason, and the queue goes on', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const bodies = ['not JSON', '{"version":2,"jobId":"later"}', '{"version":1,"jobId":"../x"}'];

    for (const body of bodies) await holdfast.sendMessage(body);
    const jobId = await holdfast.submit('still there?');

    expect(await parked(holdfast, bodies.length)).toEqual(
      expect.arrayContaining([
        { body: bodies[0], reason: 'not-json' },
        { body: bodies[1], reason: 'unknown-version' },
        { body: bodies[2], reason: 'malformed' },
      ]),
    );
    expect(await holdfast.ended([jobId])).toMatchObject([{ status: 'SUCCEEDED' }]);
  });
}, 60_000);

describe('a job whose worker dies in every run', () => {
  let holdfast: Holdfast;
  let jobId: string;
  const letters = () => {
    const queue = holdfast.run.outputs.DeadLetterQueueUrl?.split('/').at(-1) ?? '';
    return holdfast.run.queueDepth(queue);
  };
  beforeAll(async () => {
    holdfast = await startHoldfast(assembly);
    jobId = await submitPoison(holdfast);
    await holdfast.reached(jobId, 'DEAD_LETTERED');
    await eventually('the dead letter', async () => (await letters()).ready === 1 || undefined);
  }, 60_000);
  afterAll(async () => {
    const denied = holdfast.run.denied();
    await holdfast.stop();
    expect(denied).toEqual([]);
  });

  test('ends dead-lettered after its last claim', async () => {
    const [job] = await holdfast.ended([jobId]);

    expect(job).toMatchObject({
      status: 'DEAD_LETTERED',
      error: { type: 'urn:holdfast:problem:claims-exhausted' },
    });
    expect(await holdfast.deadLetters({ leave: true })).toMatchObject([
      { reason: 'claims-exhausted' },
    ]);
    expect(holdfast.bedrock.calls({ jobId })).toHaveLength(SETTINGS.jobs.maxAttempts);
  });

  test('is put back by an operator, and ends as any other', async () => {
    holdfast.bedrock.clearFaults();

    const rehearsed = await asOperator(holdfast, 'POST', '/admin/redrive', { dryRun: true });
    const unmoved = await holdfast.job(jobId);
    const redriven = await eventually('the letter to be shown again', async () => {
      const answer = await asOperator<RedriveReport>(holdfast, 'POST', '/admin/redrive', {});
      return answer.status === 200 && answer.body.moved > 0 ? answer.body : undefined;
    });
    const job = await holdfast.reached(jobId, 'SUCCEEDED');

    expect(rehearsed).toMatchObject({ status: 200, body: { moved: 1, left: 1, dryRun: true } });
    expect(unmoved.status).toBe('DEAD_LETTERED');
    expect(redriven).toEqual({
      ...{ moved: 1, skipped: 0, held: 0, unreadable: 0, left: 0 },
      dryRun: false,
    });
    expect(job.result?.text).toContain('a prompt that kills');
    expect(await letters()).toMatchObject({ ready: 0, inFlight: 0 });
  });
});

test('a worker that dies costs a job at most one more call', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const hang = holdfast.bedrock.setFault({ fault: 'hang' });
    const jobId = await holdfast.submit('an unlucky prompt');
    await inCall(holdfast, 1);
    holdfast.bedrock.clearFault(hang);
    holdfast.function('Worker').killOne();

    const job = await eventually('the job to end', async () => {
      await holdfast.function('Sweeper').invoke('{}');
      const view = await holdfast.job(jobId);
      return view.status === 'SUCCEEDED' ? view : undefined;
    });

    expect(job.result?.text).toContain('an unlucky prompt');
    expect(holdfast.bedrock.calls({ jobId })).toHaveLength(2);
  });
}, 60_000);

/** A job whose worker dies in each of its runs. */
async function submitPoison(holdfast: Holdfast): Promise<string> {
  holdfast.bedrock.setFault({ fault: 'hang' });
  const jobId = await holdfast.submit('a prompt that kills');
  for (let claim = 1; claim <= SETTINGS.jobs.maxAttempts; claim += 1) {
    await inCall(holdfast, claim);
    holdfast.function('Worker').killOne();
    // The sweeper frees the job once its lease has run out.
    await eventually('the job to be freed', async () => {
      await holdfast.function('Sweeper').invoke('{}');
      const { status } = await holdfast.job(jobId);
      return status !== 'RUNNING' || undefined;
    });
  }
  return jobId;
}

async function inCall({ bedrock }: Holdfast, calls: number): Promise<void> {
  await eventually(`call ${calls}`, () => bedrock.calls().length >= calls || undefined);
}

/** Waits until so many messages were taken out of the dead-letter queue. */
async function parked(holdfast: Holdfast, count: number) {
  const seen: Awaited<ReturnType<Holdfast['deadLetters']>>[number][] = [];
  await eventually(`${count} dead letters`, async () => {
    seen.push(...(await holdfast.deadLetters()));
    return seen.length >= count || undefined;
  });
  return seen;
}
