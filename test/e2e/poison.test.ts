import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from './eventually.ts';
import {
  type Assembly,
  type Holdfast,
  SETTINGS,
  synthesizeForTest,
  withHoldfast,
} from './holdfast.ts';

let assembly: Assembly;
beforeAll(async () => {
  assembly = await synthesizeForTest();
}, 60_000);
afterAll(() => assembly.dispose());

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

test('a job whose worker dies in every run ends dead-lettered after its last claim', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { maxAttempts } = SETTINGS.jobs;
    holdfast.bedrock.setFault({ fault: 'hang' });
    const jobId = await holdfast.submit('a prompt that kills');

    for (let claim = 1; claim <= maxAttempts; claim += 1) {
      await inCall(holdfast, claim);
      holdfast.function('Worker').killOne();
      // The sweeper frees the job once its lease has run out.
      await eventually('the job to be freed', async () => {
        await holdfast.function('Sweeper').invoke('{}');
        const { status } = await holdfast.job(jobId);
        return status !== 'RUNNING' || undefined;
      });
    }
    const [job] = await holdfast.ended([jobId]);

    expect(job).toMatchObject({
      status: 'DEAD_LETTERED',
      error: { type: 'urn:holdfast:problem:claims-exhausted' },
    });
    expect(await parked(holdfast, 1)).toMatchObject([{ reason: 'claims-exhausted' }]);
    expect(holdfast.bedrock.calls({ jobId })).toHaveLength(maxAttempts);
  });
}, 60_000);

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
