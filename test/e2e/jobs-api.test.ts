import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JobList, JobView } from '../../lambda/contract/schemas/job-views.ts';
import { type Assembly, synthesizeForTest } from './assembly.ts';
import { eventually } from './eventually.ts';
import { type Holdfast, PRIMARY, startHoldfast } from './holdfast.ts';

let assembly: Assembly;
let holdfast: Holdfast;
beforeAll(async () => {
  assembly = await synthesizeForTest();
  holdfast = await startHoldfast(assembly);
}, 60_000);
afterAll(async () => {
  // What a function was denied is a hole in the stack's grants.
  const denied = holdfast.run.denied();
  await holdfast.stop();
  expect(denied).toEqual([]);
});

const cancel = (jobId: string, apiKey = 'local') =>
  holdfast.request<JobView>(`/jobs/${jobId}`, { method: 'DELETE', apiKey });

test('a caller who waits gets the answer in the request that waits', async () => {
  const jobId = await holdfast.submit('quick');

  const { status, body } = await holdfast.request<JobView>(`/jobs/${jobId}?wait=20`);

  expect(status).toBe(200);
  expect(body).toMatchObject({ jobId, status: 'SUCCEEDED', result: { text: expect.any(String) } });
});

test('a tenant lists its own jobs by pages, newest first, and by status', async () => {
  const apiKey = 'local-2';
  const jobIds: string[] = [];
  for (const prompt of ['one', 'two', 'three']) {
    const posted = await holdfast.request<JobView>('/jobs', {
      method: 'POST',
      body: { prompt },
      apiKey,
    });
    await holdfast.request(`/jobs/${posted.body.jobId}?wait=20`, { apiKey });
    jobIds.unshift(posted.body.jobId);
  }
  const list = async (query: string) =>
    (await holdfast.request<JobList>(`/jobs?${query}`, { apiKey })).body;

  const first = await list('limit=2&status=SUCCEEDED');
  const second = await list(`limit=2&status=SUCCEEDED&cursor=${first.nextCursor}`);
  const foreign = await holdfast.request(`/jobs?status=SUCCEEDED&cursor=${first.nextCursor}`);

  expect([...first.jobs, ...second.jobs].map(({ jobId }) => jobId)).toEqual(jobIds);
  expect(second.nextCursor).toBeUndefined();
  expect((await list('status=FAILED')).jobs).toEqual([]);
  expect(foreign.status).toBe(400);
});

test('a running job that is cancelled calls no further model, and can be cancelled once', async () => {
  const fault = holdfast.bedrock.setFault({ region: PRIMARY.region, fault: 'hang' });
  const jobId = await holdfast.submit('too late');
  await eventually('the call', () => holdfast.bedrock.calls({ jobId })[0]);

  const foreign = await cancel(jobId, 'local-2');
  const asked = await cancel(jobId);
  const [job] = await holdfast.ended([jobId]);
  const again = await cancel(jobId);
  holdfast.bedrock.clearFault(fault);

  expect(foreign.status).toBe(404);
  expect([asked.status, asked.body.status, asked.body.cancelRequested]).toEqual([
    202,
    'RUNNING',
    true,
  ]);
  expect(job?.status).toBe('CANCELLED');
  expect(again.status).toBe(409);
  expect(holdfast.bedrock.calls({ jobId })).toHaveLength(1);
});

test('a waiting job that is cancelled is never run', async () => {
  const fault = holdfast.bedrock.setFault({ fault: 'unavailable' });
  const jobId = await holdfast.submit('nobody answers');
  await holdfast.reached(jobId, 'DEFERRED');

  const cancelled = await cancel(jobId);
  const [job] = await holdfast.ended([jobId]);
  holdfast.bedrock.clearFault(fault);

  expect(cancelled.status).toBe(202);
  expect(job?.status).toBe('CANCELLED');
  expect(holdfast.bedrock.calls({ jobId, outcome: 'answered' })).toEqual([]);
});

test('the document of the API is served to anybody, as it is in docs', async () => {
  const file = new URL('../../docs/openapi.json', import.meta.url);

  const { status, body } = await holdfast.request('/openapi.json', { apiKey: undefined });

  expect(status).toBe(200);
  expect(body).toEqual(JSON.parse(readFileSync(file, 'utf8')));
});
