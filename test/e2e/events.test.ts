import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { type Holdfast, withHoldfast } from './holdfast.ts';

const assembly = synthesizeBeforeAll();

test.concurrent('each job that succeeds publishes one event, without text of the prompt or the answer', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const jobIds = await Promise.all(
      Array.from({ length: 12 }, (_, i) => holdfast.submit(`a secret prompt ${i}`)),
    );
    await holdfast.ended(jobIds);

    const events = await publishedEvents(holdfast, jobIds.length);

    expect(events.map(({ detail }) => detail.jobId).sort()).toEqual([...jobIds].sort());
    expect(events).toEqual(
      events.map(() =>
        expect.objectContaining({
          source: 'holdfast',
          detailType: 'Job ended',
          detail: expect.objectContaining({ status: 'SUCCEEDED', degraded: false }),
        }),
      ),
    );
    expect(JSON.stringify(events)).not.toContain('secret');
  });
}, 60_000);

test.concurrent('a job that is still deferred at its deadline becomes EXPIRED and publishes an event', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    // Starts a worker first: on a slow machine a cold start takes longer than the deadline below.
    await holdfast.ended([await holdfast.submit('warm-up')]);
    holdfast.bedrock.setFault({ fault: 'unavailable' });
    const jobId = await holdfast.submit('too late', { deadlineSeconds: 5 });

    await holdfast.reached(jobId, 'DEFERRED');
    const [job] = await holdfast.ended([jobId]);
    const events = await publishedEvents(holdfast, 2);
    const event = events.find(({ detail }) => detail.jobId === jobId);

    expect(job).toMatchObject({ status: 'EXPIRED' });
    expect(event?.detail).toMatchObject({
      jobId,
      status: 'EXPIRED',
      errorType: 'urn:holdfast:problem:deadline-passed',
    });
  });
}, 60_000);

interface JobEndedEvent {
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: { readonly jobId: string; readonly status: string };
}

/**
 * Waits until at least `count` events are published, and returns them. EventBridge delivers some events
 * twice, with the same id, so a consumer has to ignore repetitions.
 */
async function publishedEvents(
  { run }: Holdfast,
  count: number,
): Promise<readonly JobEndedEvent[]> {
  return eventually(`${count} events`, () => {
    const delivered = run.events() as readonly JobEndedEvent[];
    const events = [...new Map(delivered.map((event) => [event.id, event])).values()];
    return events.length >= count ? events : undefined;
  });
}
