import { beforeAll, expect, test } from '@jest/globals';
import { type Assembly, synthesizeForTest } from './assembly.ts';
import { eventually } from './eventually.ts';
import { type Holdfast, withHoldfast } from './holdfast.ts';

let assembly: Assembly;
beforeAll(async () => {
  assembly = await synthesizeForTest();
}, 60_000);

test.concurrent('the ends of jobs are told on the event bus, answers without their text', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const jobIds = await Promise.all(
      Array.from({ length: 12 }, (_, i) => holdfast.submit(`a secret prompt ${i}`)),
    );
    await holdfast.ended(jobIds);

    const told = await tellings(holdfast, jobIds.length);

    expect(told.map(({ detail }) => detail.jobId).sort()).toEqual([...jobIds].sort());
    expect(told).toEqual(
      told.map(() =>
        expect.objectContaining({
          source: 'holdfast',
          detailType: 'Job ended',
          detail: expect.objectContaining({ status: 'SUCCEEDED', degraded: false }),
        }),
      ),
    );
    expect(JSON.stringify(told)).not.toContain('secret');
  });
}, 60_000);

test.concurrent('a job that is deferred until its deadline is expired, and that is told', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    holdfast.bedrock.setFault({ fault: 'unavailable' });
    const body = { prompt: 'too late', deadlineSeconds: 5 };
    const posted = await holdfast.request<{ jobId: string }>('/jobs', { method: 'POST', body });
    const { jobId } = posted.body;

    await holdfast.reached(jobId, 'DEFERRED');
    const [job] = await holdfast.ended([jobId]);
    const [told] = await tellings(holdfast, 1);

    expect(job).toMatchObject({ status: 'EXPIRED' });
    expect(told?.detail).toMatchObject({
      jobId,
      status: 'EXPIRED',
      errorType: 'urn:holdfast:problem:deadline-passed',
    });
  });
}, 60_000);

interface Telling {
  readonly source: string;
  readonly detailType: string;
  readonly detail: { readonly jobId: string; readonly status: string };
}

async function tellings({ run }: Holdfast, count: number): Promise<readonly Telling[]> {
  return eventually(`${count} events`, () => {
    const events = run.events() as readonly Telling[];
    return events.length >= count ? events : undefined;
  });
}
