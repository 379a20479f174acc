import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient } from '../../client/client.ts';
import { ask, askWithTool } from '../../examples/client.ts';
import type { AdminHealthView } from '../../lambda/contract/schemas/admin-health-view.ts';
import type { JobList, JobView } from '../../lambda/contract/schemas/job-views.ts';
import type { UploadView } from '../../lambda/contract/schemas/uploads.ts';
import { eventually } from '../support/eventually.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { LAST_RESORT, PRIMARY } from './chain.ts';
import { type Holdfast, startHoldfast } from './holdfast.ts';

const assembly = synthesizeBeforeAll();
let holdfast: Holdfast;
beforeAll(async () => {
  holdfast = await startHoldfast(assembly);
}, 60_000);
afterAll(async () => {
  await holdfast.stop();
  holdfast.expectNothingDenied();
});

const METERED = 'eu-west-1/eu.anthropic.claude-sonnet-4-5-20250929-v1:0';

const cancel = (jobId: string, apiKey = 'local') =>
  holdfast.request<JobView>(`/jobs/${jobId}`, { method: 'DELETE', apiKey });

test('a caller who waits gets the result in the same request, from a function of its own', async () => {
  const jobId = await holdfast.submit('quick');
  const { invocations: before } = holdfast.function('Request');

  const { status, body } = await holdfast.request<JobView>(`/jobs/${jobId}?wait=5`);

  expect(status).toBe(200);
  expect(body).toMatchObject({ jobId, status: 'SUCCEEDED', result: { text: expect.any(String) } });
  expect(holdfast.function('Request').invocations).toBe(before);
  expect(holdfast.function('Status').invocations).toBeGreaterThan(0);
});

test('a job that names a chain is served by it, and is not degraded by the tier of another chain', async () => {
  const body = { prompt: 'cheap', chain: 'economy' };
  const posted = await holdfast.request<JobView>('/jobs', { method: 'POST', body });

  const [job] = await holdfast.ended([posted.body.jobId]);

  expect(job).toMatchObject({
    status: 'SUCCEEDED',
    chain: 'economy',
    servedBy: LAST_RESORT.key,
    tier: 'only',
    degraded: false,
  });
});

test('a call within a known quota holds tokens, and jobs beyond the quota go to the next tier or wait', async () => {
  const post = async (options = {}) => {
    const body = { prompt: 'within the quota', chain: 'metered', ...options };
    return (await holdfast.request<JobView>('/jobs', { method: 'POST', body })).body.jobId;
  };
  const [first] = await holdfast.ended([await post()]);
  const beforeMs = Date.now();
  const [second, waiting] = await Promise.all([
    post().then(async (jobId) => (await holdfast.ended([jobId]))[0]),
    post({ minTier: 'paid' }).then((jobId) => holdfast.reached(jobId, 'DEFERRED')),
  ]);
  await cancel(waiting.jobId);

  // Its input, and 500 expected tokens of output, which cost 5 tokens each.
  expect(first).toMatchObject({ servedBy: METERED, degraded: false, usage: { heldTokens: 2_504 } });
  const skipped = { target: METERED, outcome: 'skipped', reason: 'quota-full' };
  expect(second).toMatchObject({ tier: 'spare', attempts: [skipped, { outcome: 'answered' }] });
  expect(waiting.attempts).toMatchObject([skipped]);
  expect(Date.parse(waiting.nextAttemptAt ?? '')).toBeGreaterThan(beforeMs);
  expect(Date.parse(waiting.nextAttemptAt ?? '')).toBeLessThan(Date.now() + 120_000);
  expect(holdfast.bedrock.calls({ region: 'eu-west-1' })).toMatchObject([{ outcome: 'answered' }]);
  const { body: health } = await holdfast.asOperator<AdminHealthView>('GET', '/admin/health');
  const metered = health.quotas.find(({ targets }) => targets.includes(METERED));
  expect(metered).toMatchObject({ source: 'settings', use: { freeAt: expect.any(String) } });
  expect(metered?.use?.tokensToday).toBeGreaterThan(0);
});

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

test('a job has the bytes of an uploaded file until it is purged', async () => {
  const gif = GIF;
  const body = { contentType: 'image/gif', bytes: gif.length };
  const { body: form } = await holdfast.request<UploadView>('/uploads', { method: 'POST', body });
  const parts = new FormData();
  for (const [name, value] of Object.entries(form.fields)) parts.set(name, value);
  parts.set('file', new Blob([new Uint8Array(gif)]), 'pixel.gif');
  expect((await fetch(form.url, { method: 'POST', body: parts })).status).toBe(204);
  const image = { format: 'gif', source: { upload: form.uploadId } };
  const messages = [{ role: 'user', content: [{ text: 'What is this?' }, { image }] }];
  const submit = (apiKey = 'local') =>
    holdfast.request<JobView>('/jobs', { method: 'POST', body: { messages }, apiKey });

  const foreign = await submit('local-2');
  const { jobId } = (await submit()).body;
  const [job] = await holdfast.ended([jobId]);

  expect(foreign).toMatchObject({ status: 422 });
  expect(job).toMatchObject({ status: 'SUCCEEDED' });
  const requests = await fetch(`${holdfast.run.bedrockUrl}/_control/requests?jobId=${jobId}`);
  expect(await requests.text()).toContain(gif.toString('base64'));
  const purged = await holdfast.request<JobView>(`/jobs/${jobId}?purge=true`, { method: 'DELETE' });
  expect(purged).toMatchObject({ status: 200, body: { status: 'SUCCEEDED', purge: 'done' } });
  expect(await holdfast.job(jobId)).not.toHaveProperty('result');
});

test('a wait of more than 5 s is refused without a reserved concurrency', async () => {
  const answer = await holdfast.request(`/jobs/${await holdfast.submit('quick')}?wait=6`);

  expect(answer).toMatchObject({
    status: 400,
    body: { errors: [{ detail: 'got "6", allowed is a whole number from 0 to 5' }] },
  });
});

test('a tenant lists its own jobs in pages, newest first, filtered by status', async () => {
  const apiKey = 'local-2';
  const jobIds: string[] = [];
  for (const prompt of ['one', 'two', 'three']) {
    const posted = await holdfast.request<JobView>('/jobs', {
      method: 'POST',
      body: { prompt },
      apiKey,
    });
    await holdfast.request(`/jobs/${posted.body.jobId}?wait=5`, { apiKey });
    jobIds.unshift(posted.body.jobId);
  }
  const list = async (query: string) =>
    (await holdfast.request<JobList>(`/jobs?${query}`, { apiKey })).body;

  await eventually('the index to show all jobs', async () => {
    const { jobs } = await list('status=SUCCEEDED');
    return jobs.length === jobIds.length || undefined;
  });

  const first = await list('limit=2&status=SUCCEEDED');
  const second = await list(`limit=2&status=SUCCEEDED&cursor=${first.nextCursor}`);
  const foreign = await holdfast.request(`/jobs?status=SUCCEEDED&cursor=${first.nextCursor}`);

  expect([...first.jobs, ...second.jobs].map(({ jobId }) => jobId)).toEqual(jobIds);
  expect(second.nextCursor).toBeUndefined();
  expect((await list('status=FAILED')).jobs).toEqual([]);
  expect(foreign.status).toBe(400);
});

test('a running job that is cancelled makes no further call, and only its tenant can cancel it, once', async () => {
  const fault = holdfast.bedrock.setFault({ region: PRIMARY.at.region, fault: 'hang' });
  const jobId = await holdfast.submit('too late');
  await eventually('the first call', () => holdfast.bedrock.calls({ jobId })[0]);

  const foreign = await cancel(jobId, 'local-2');
  const cancelled = await cancel(jobId);
  const [job] = await holdfast.ended([jobId]);
  const again = await cancel(jobId);
  holdfast.bedrock.clearFault(fault);

  expect(foreign.status).toBe(404);
  expect(cancelled).toMatchObject({
    status: 202,
    body: { status: 'RUNNING', cancelRequested: true },
  });
  expect(job?.status).toBe('CANCELLED');
  expect(again.status).toBe(409);
  expect(holdfast.bedrock.calls({ jobId })).toHaveLength(1);
});

test('a deferred job that is cancelled never gets an answer', async () => {
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

test('the OpenAPI document in docs is served to anyone, without a key', async () => {
  const file = new URL('../../docs/openapi.json', import.meta.url);

  const { status, body } = await holdfast.request('/openapi.json', { apiKey: undefined });

  expect(status).toBe(200);
  expect(body).toEqual(JSON.parse(readFileSync(file, 'utf8')));
});

test('the typed client submits, waits, lists, uploads, cancels and purges', async () => {
  const client = createClient({ url: holdfast.run.apiUrl, apiKey: 'local' });
  const png = await client.upload({ contentType: 'image/gif', bytes: GIF });
  const image = { format: 'gif' as const, source: { upload: png } };
  const messages = [{ role: 'user' as const, content: [{ text: 'What is this?' }, { image }] }];

  const { jobId } = await client.submit({ messages, metadata: { team: 'harbour' } });
  const again = await client.submit({ prompt: 'once' }, { idempotencyKey: 'the-client' });
  const repeated = await client.submit({ prompt: 'once' }, { idempotencyKey: 'the-client' });
  const job = await client.wait(jobId);

  expect(job).toMatchObject({ status: 'SUCCEEDED', metadata: { team: 'harbour' } });
  expect(repeated.jobId).toBe(again.jobId);
  await client.wait(again.jobId);
  const newest = await eventually('the index to show both jobs', async () => {
    const ids: string[] = [];
    for await (const each of client.list({ limit: 2 })) ids.push(each.jobId);
    return ids.includes(jobId) && ids.includes(again.jobId) ? ids : undefined;
  });
  expect(newest).toEqual([again.jobId, jobId]);
  expect(await client.purge(jobId)).toMatchObject({ purge: 'done' });
  await expect(client.cancel(jobId)).rejects.toMatchObject({ status: 409 });
  expect((await client.health()).targets.length).toBeGreaterThan(0);
  await expect(
    createClient({ url: holdfast.run.apiUrl, apiKey: 'wrong' }).health(),
  ).rejects.toMatchObject({
    status: 403,
  });
});

test('examples/client.ts answers a question and follows a tool loop', async () => {
  const client = createClient({ url: holdfast.run.apiUrl, apiKey: 'local' });
  const weather = { name: 'weather', run: () => ({ celsius: 7 }) };

  expect(await ask(client, 'Why do ships have anchors?')).toContain('Why do ships have anchors?');
  expect(await askWithTool(client, 'Use the tool weather.', weather)).toContain('7');
});
