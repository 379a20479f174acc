import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RedriveReport } from '../../lambda/contract/schemas/redrive.ts';
import { eventually } from '../support/eventually.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { SETTINGS } from './chain.ts';
import { type DeadLetter, type Holdfast, startHoldfast, withHoldfast } from './holdfast.ts';

const assembly = synthesizeBeforeAll();

test.concurrent('an unreadable message becomes a dead letter with its reason, and other jobs still succeed', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const bodies = ['not JSON', '{"version":2,"jobId":"later"}', '{"version":1,"jobId":"../x"}'];

    for (const body of bodies) await holdfast.sendMessage(body);
    const jobId = await holdfast.submit('still there?');

    expect(await takeDeadLetters(holdfast, bodies.length)).toEqual(
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
  const deadLetters = () => {
    const queue = holdfast.run.outputs.DeadLetterQueueUrl?.split('/').at(-1) ?? '';
    return holdfast.run.queueDepth(queue);
  };
  beforeAll(async () => {
    holdfast = await startHoldfast(assembly);
    jobId = await submitPoison(holdfast);
    await holdfast.reached(jobId, 'DEAD_LETTERED');
    await eventually('the dead letter', async () => (await deadLetters()).ready === 1 || undefined);
  }, 60_000);
  afterAll(async () => {
    await holdfast.stop();
    holdfast.expectNothingDenied();
  });

  test('is dead-lettered after one call for each of its claims', async () => {
    const [job] = await holdfast.ended([jobId]);

    expect(job).toMatchObject({
      status: 'DEAD_LETTERED',
      error: { type: 'urn:holdfast:problem:claims-exhausted' },
    });
    expect(await holdfast.deadLetters({ visible: true })).toMatchObject([
      { reason: 'claims-exhausted' },
    ]);
    expect(holdfast.bedrock.calls({ jobId })).toHaveLength(SETTINGS.jobs.maxAttempts);
  });

  test('is only counted by a dry run, and succeeds after an operator redrives it', async () => {
    holdfast.bedrock.clearFaults();

    const dryRun = await holdfast.asOperator('POST', '/admin/redrive', { dryRun: true });
    const ofOne = await holdfast.asOperator('POST', '/admin/redrive', { dryRun: true, jobId });
    const unmoved = await holdfast.job(jobId);
    const unknown = await holdfast.asOperator('POST', '/admin/redrive', { jobId: '0'.repeat(32) });
    await eventually('the dead letter to be visible again', async () => {
      return (await deadLetters()).ready === 1 || undefined;
    });
    const redriven = await holdfast.asOperator<RedriveReport>('POST', '/admin/redrive', { jobId });
    const again = await holdfast.asOperator('POST', '/admin/redrive', { jobId, dryRun: true });
    const job = await holdfast.reached(jobId, 'SUCCEEDED');

    expect(dryRun).toMatchObject({ status: 200, body: { moved: 1, left: 1, dryRun: true } });
    expect(unmoved.status).toBe('DEAD_LETTERED');
    expect(ofOne).toMatchObject({ status: 200, body: { moved: 1, left: 1, dryRun: true } });
    expect(unknown.status).toBe(404);
    expect(redriven).toMatchObject({
      status: 200,
      body: { moved: 1, skipped: 0, held: 0, unreadable: 0, left: 0, dryRun: false },
    });
    expect(again.status).toBe(409);
    expect(job.result?.text).toContain('a prompt that kills');
    expect(await deadLetters()).toMatchObject({ ready: 0, inFlight: 0 });
  });
});

test.concurrent('a job whose worker dies during a call succeeds with one more call', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const hang = holdfast.bedrock.setFault({ fault: 'hang' });
    const jobId = await holdfast.submit('an unlucky prompt');
    await callBegun(holdfast, 1);
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

/** Submits a job and kills its worker in each of its runs. */
async function submitPoison(holdfast: Holdfast): Promise<string> {
  holdfast.bedrock.setFault({ fault: 'hang' });
  const jobId = await holdfast.submit('a prompt that kills');
  for (let claim = 1; claim <= SETTINGS.jobs.maxAttempts; claim += 1) {
    await callBegun(holdfast, claim);
    holdfast.function('Worker').killOne();
    // The sweeper releases the job once its lease has expired.
    await eventually('the job to be released', async () => {
      await holdfast.function('Sweeper').invoke('{}');
      const { status } = await holdfast.job(jobId);
      return status !== 'RUNNING' || undefined;
    });
  }
  return jobId;
}

/** Waits until the model has been called this many times. */
async function callBegun({ bedrock }: Holdfast, calls: number): Promise<void> {
  await eventually(`call ${calls}`, () => bedrock.calls().length >= calls || undefined);
}

/** Receives dead letters until there are `count` of them. */
async function takeDeadLetters(holdfast: Holdfast, count: number) {
  const seen: DeadLetter[] = [];
  await eventually(`${count} dead letters`, async () => {
    seen.push(...(await holdfast.deadLetters()));
    return seen.length >= count || undefined;
  });
  return seen;
}
