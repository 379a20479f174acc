import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { targetsOf } from '../../lambda/contract/chains.ts';
import {
  type AdminHealthView,
  adminHealthView,
} from '../../lambda/contract/schemas/admin-health-view.ts';
import {
  type AdminJob,
  type AdminJobDetail,
  type AdminJobList,
  adminJobDetail,
} from '../../lambda/contract/schemas/admin-jobs.ts';
import { eventually } from '../support/eventually.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { LAST_RESORT, PRIMARY, SETTINGS } from './chain.ts';
import { type Holdfast, startHoldfast, withHoldfast } from './holdfast.ts';
import { startTraffic } from './traffic.ts';

const OVERRIDE = `/admin/overrides/target/${encodeURIComponent(PRIMARY.key)}`;
/** The tenant of the key `local-2` in the settings. */
const OTHER_TENANT = 'another-team';
const OPERATOR = 'arn:aws:iam::000000000000:user/local-admin';
/** After this time every warm worker has read an override: 5 s, or one cooldown if that is less. */
const OVERRIDE_READ_MS = Math.min(5, SETTINGS.breaker.cooldownSeconds) * 1000;

const assembly = synthesizeBeforeAll();

test('a forced-open target gets no call, and recovers with a single first call once the override is lifted', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const traffic = startTraffic(holdfast, 10);
    const answered = () => bedrock.calls({ ...PRIMARY.at, outcome: 'answered' });
    await eventually('healthy traffic', () => answered().length >= 10 || undefined);

    const set = await holdfast.asOperator('PUT', OVERRIDE, {
      mode: 'force-open',
      reason: 'drill',
      expiresInSeconds: 60,
    });
    await sleep(OVERRIDE_READ_MS);
    const before = bedrock.calls(PRIMARY.at).length;
    const health = await holdfast.asOperator<AdminHealthView>('GET', '/admin/health');
    const publicHealth = await holdfast.health();
    await sleep(1_000);
    const callsWhileForcedOpen = bedrock.calls(PRIMARY.at).length - before;
    const liftedMs = Date.now();
    const lifted = await holdfast.asOperator('DELETE', OVERRIDE);
    const [first, second] = await eventually('calls again', () => {
      const calls = bedrock.calls(PRIMARY.at).filter(({ startedAtMs }) => startedAtMs > liftedMs);
      return calls.length > 1 ? calls : undefined;
    });
    const jobs = await holdfast.ended(await traffic.stop());

    expect(set).toMatchObject({ status: 200, body: { key: PRIMARY.key, actor: OPERATOR } });
    expect(callsWhileForcedOpen).toBe(0);
    expect(adminHealthView.parse(health.body)).toEqual(health.body);
    expect(health.body).toMatchObject({
      status: 'degraded',
      overrides: [{ scope: 'target', key: PRIMARY.key, reason: 'drill', actor: OPERATOR }],
    });
    expect(publicHealth).toMatchObject({ targets: [{ override: 'force-open' }, {}, {}, {}] });
    expect(JSON.stringify(publicHealth)).not.toMatch(/drill|local-admin/);
    expect(lifted).toMatchObject({ status: 200 });
    // The first stage has one permit, so the second call starts after the first has ended.
    expect(second?.startedAtMs).toBeGreaterThanOrEqual(
      (first?.startedAtMs ?? 0) + (first?.ms ?? 0),
    );
    expect(jobs.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
    expect(holdfast.logs.filter((line) => line.includes('"override set"'))).toHaveLength(1);
    expect(holdfast.logs.filter((line) => line.includes('"override lifted"'))).toHaveLength(1);
    const recorded = holdfast.run.operatorActions().map(({ message }) => JSON.parse(message));
    expect(recorded).toMatchObject([
      { action: 'override', actor: OPERATOR, accessKeyId: 'local', sourceIp: '127.0.0.1' },
      { action: 'lift', actor: OPERATOR, key: PRIMARY.key, status: 200 },
    ]);
  });
}, 90_000);

test('a disabled target is called again after an operator enables it', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const fault = bedrock.setFault({ ...PRIMARY.at, fault: 'access-denied' });
    const traffic = startTraffic(holdfast, 5);
    await eventually('the target to be disabled', async () => {
      const { body } = await holdfast.asOperator<AdminHealthView>('GET', '/admin/health');
      return body.targets[0]?.health === 'disabled' || undefined;
    });
    bedrock.clearFault(fault);

    const enabled = await holdfast.asOperator(
      'DELETE',
      `/admin/disabled/${encodeURIComponent(PRIMARY.key)}`,
    );
    await eventually('an answer', () => bedrock.calls({ ...PRIMARY.at, outcome: 'answered' })[0]);
    const jobs = await holdfast.ended(await traffic.stop());

    expect(enabled).toMatchObject({ status: 200, body: { target: PRIMARY.key } });
    expect(jobs.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
  });
}, 60_000);

/** The operators' routes, on one run without steady traffic. */
describe('an instance without an outage', () => {
  let holdfast: Holdfast;
  beforeAll(async () => {
    holdfast = await startHoldfast(assembly);
  }, 60_000);
  afterAll(async () => {
    await holdfast.stop();
    holdfast.expectNothingDenied();
  });

  test('the daily check reads every model and the quotas of the chain with the rights of its own role', async () => {
    const quota = { tokensPerMinute: 1e9, tokensPerDay: 1e12 };
    const fault = holdfast.bedrock.setFault({ fault: 'quota', region: 'us-west-2', ...quota });
    // Bedrock throttles some reads of the catalogue, so one check may not read every model.
    const body = await eventually('a check that reads every model', async () => {
      await holdfast.function('Lifecycle').invoke('{}');
      const health = await holdfast.asOperator<AdminHealthView>('GET', '/admin/health');
      return health.body.targets.every(({ lifecycle }) => lifecycle) ? health.body : undefined;
    });

    expect(body.targets.map(({ lifecycle }) => lifecycle)).toEqual(
      targetsOf(SETTINGS).map(() => ({ findings: [] })),
    );
    expect(body.lifecycleCheckedAt).toBeDefined();
    expect(body.quotasCheckedAt).toBeDefined();
    expect(body.quotas.filter(({ source }) => source === 'service-quotas')).toMatchObject([
      { quota: 'us-west-2/geo/anthropic.claude-sonnet-4-6', tokensPerMinute: 1e9 },
    ]);
    expect(body.dayBudgets).toMatchObject([{ region: 'us-west-2', tokensPerDay: 1e12 }]);
    holdfast.bedrock.clearFault(fault);
  }, 60_000);

  test('an override needs the signature of an operator, a key of the chain and an expiry in the future', async () => {
    const unsigned = await holdfast.request(OVERRIDE, { method: 'PUT', body: {} });
    const forged = await holdfast.asOperator('PUT', OVERRIDE, {}, { secretAccessKey: 'guess' });
    const encodedTwice = OVERRIDE.replaceAll('%', '%25');
    const twice = await holdfast.asOperator('PUT', encodedTwice, { mode: 'observe', reason: 'x' });
    const past = await holdfast.asOperator('PUT', '/admin/overrides/region/us-east-1', {
      mode: 'observe',
      reason: 'x',
      expiresAt: '2020-01-01T00:00:00Z',
    });
    const model = encodeURIComponent(LAST_RESORT.at.model);
    const none = await holdfast.asOperator('DELETE', `/admin/overrides/profile/${model}`);

    // An unsigned caller must not learn that the route exists.
    expect(unsigned.status).toBe(404);
    expect(forged.status).toBe(403);
    for (const { headers } of [unsigned, forged]) {
      expect(headers.get('content-type')).toBe('application/problem+json');
    }
    expect(twice.status).toBe(404);
    expect(past).toMatchObject({ status: 400, body: { errors: [{ field: 'expiresAt' }] } });
    expect(none.status).toBe(404);
  }, 60_000);

  test('shows an operator the jobs of all tenants, why one waits, and their content only if asked for', async () => {
    // No worker runs yet, so the first one reads the override before its first call.
    const region = '/admin/overrides/region/us-east-1';
    await holdfast.asOperator('PUT', region, { mode: 'force-open', reason: 'drill' });
    const waiting = await holdfast.submit('a question that waits', { regions: ['us-east-1'] });
    await holdfast.reached(waiting, 'DEFERRED');
    const ofOther = await holdfast.request<{ jobId: string }>('/jobs', {
      method: 'POST',
      body: { prompt: 'a question of another tenant' },
      apiKey: 'local-2',
    });
    const other = ofOther.body.jobId;
    // The index of the lists lags behind the rows.
    await eventually('both jobs in the list', async () => {
      const { body } = await holdfast.asOperator<AdminJobList>('GET', '/admin/jobs');
      return body.jobs.length === 2 || undefined;
    });
    const waitingOnes = await eventually('the waiting job in the list', async () => {
      const path = '/admin/jobs?filter=waiting';
      const { body } = await holdfast.asOperator<AdminJobList>('GET', path);
      return body.jobs.length > 0 ? body : undefined;
    });
    const detail = await eventually('the answer of the other tenant', async () => {
      const path = `/admin/jobs/${other}?content=true`;
      const { body } = await holdfast.asOperator<AdminJobDetail>('GET', path);
      return body.status === 'SUCCEEDED' ? body : undefined;
    });
    const first = await holdfast.asOperator<AdminJobList>('GET', '/admin/jobs?limit=1');
    const cursor = encodeURIComponent(first.body.nextCursor ?? '');
    const rest = await holdfast.asOperator<AdminJobList>('GET', `/admin/jobs?cursor=${cursor}`);
    const cancelled = await holdfast.asOperator('DELETE', `/admin/jobs/${waiting}`);
    // A run that has just begun ends the job when it renews its lease.
    await eventually('the job to be cancelled', async () => {
      const { body } = await holdfast.asOperator<AdminJobDetail>('GET', `/admin/jobs/${waiting}`);
      return body.status === 'CANCELLED' || undefined;
    });
    const again = await holdfast.asOperator('DELETE', `/admin/jobs/${waiting}`);
    const alone = await holdfast.asOperator<AdminJob>('GET', `/admin/jobs/${other}`);
    const asCaller = await holdfast.request(`/admin/jobs/${other}`);
    await holdfast.asOperator('DELETE', region);

    expect(waitingOnes.tenants).toContain(OTHER_TENANT);
    expect(waitingOnes.tenants).toHaveLength(2);
    expect(waitingOnes.jobs).toMatchObject([{ jobId: waiting, status: 'DEFERRED' }]);
    expect(waitingOnes.jobs[0]?.waitsFor).toEqual(
      [PRIMARY, LAST_RESORT].map(({ key }) => ({ target: key, reason: 'forced-open' })),
    );
    expect(detail).toMatchObject({
      tenant: OTHER_TENANT,
      request: { messages: [{ content: [{ text: 'a question of another tenant' }] }] },
      result: { text: expect.stringContaining('a question of another tenant') },
    });
    expect(adminJobDetail.parse(detail)).toEqual(detail);
    expect(await (await fetch(detail.resultUrl ?? '')).json()).toMatchObject({ tier: detail.tier });
    const listed = [...first.body.jobs, ...rest.body.jobs];
    expect(listed.map(({ jobId }) => jobId)).toEqual([other, waiting]);
    expect(listed[0]).toEqual(alone.body);
    expect(cancelled.status).toBe(202);
    expect(again.status).toBe(409);
    expect(asCaller.status).toBe(404);
    const recorded = holdfast.run.operatorActions().map(({ message }) => message);
    expect(recorded.map((message) => JSON.parse(message))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: 'list', request: { filter: 'waiting', limit: 20 } }),
        expect.objectContaining({ action: 'read', jobId: other, request: { content: true } }),
        expect.objectContaining({ action: 'cancel', jobId: waiting, status: 202 }),
      ]),
    );
    expect([...recorded, ...holdfast.logs].join()).not.toContain('a question');
  }, 60_000);
});
