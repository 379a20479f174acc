import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from '@jest/globals';
import {
  type AdminHealthView,
  adminHealthView,
} from '../../lambda/contract/schemas/admin-health-view.ts';
import { asOperator } from './as-operator.ts';
import { type Assembly, synthesizeForTest } from './assembly.ts';
import { eventually } from './eventually.ts';
import { LAST_RESORT, PRIMARY, SETTINGS, withHoldfast } from './holdfast.ts';
import { startTraffic } from './traffic.ts';

const OVERRIDE = `/admin/overrides/target/${encodeURIComponent(PRIMARY.key)}`;
const OPERATOR = 'arn:aws:iam::000000000000:user/local-admin';
/** By when every warm worker has heard of a change: 5 s, less with so short a cooldown as here. */
const HEARD_MS = Math.min(5, SETTINGS.breaker.cooldownSeconds) * 1000;

let assembly: Assembly;
beforeAll(async () => {
  assembly = await synthesizeForTest();
}, 60_000);

test('an operator takes the primary out within 5 s, and what is lifted comes back by stages', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const at = { region: PRIMARY.region, model: PRIMARY.model };
    const traffic = startTraffic(holdfast, 10);
    const answered = () => bedrock.calls({ ...at, outcome: 'answered' });
    await eventually('healthy traffic', () => answered().length >= 10 || undefined);

    const set = await asOperator(holdfast, 'PUT', OVERRIDE, {
      mode: 'force-open',
      reason: 'drill',
      expiresInSeconds: 60,
    });
    await sleep(HEARD_MS);
    const before = bedrock.calls(at).length;
    const health = await asOperator<AdminHealthView>(holdfast, 'GET', '/admin/health');
    const shown = await holdfast.health();
    await sleep(1_000);
    const whileOut = bedrock.calls(at).length - before;
    const liftedMs = Date.now();
    const lifted = await asOperator(holdfast, 'DELETE', OVERRIDE);
    const [first, second] = await eventually('calls again', () => {
      const calls = bedrock.calls(at).filter(({ startedAtMs }) => startedAtMs > liftedMs);
      return calls.length > 1 ? calls : undefined;
    });
    const jobs = await holdfast.ended(await traffic.stop());

    expect(set).toMatchObject({ status: 200, body: { key: PRIMARY.key, actor: OPERATOR } });
    expect(whileOut).toBe(0);
    expect(adminHealthView.parse(health.body)).toEqual(health.body);
    expect(health.body).toMatchObject({
      status: 'degraded',
      overrides: [{ scope: 'target', key: PRIMARY.key, reason: 'drill', actor: OPERATOR }],
    });
    expect(shown).toMatchObject({ targets: [{ override: 'force-open' }, {}, {}] });
    expect(JSON.stringify(shown)).not.toMatch(/drill|local-admin/);
    expect(lifted).toMatchObject({ status: 200 });
    // One permit: the second call waits for what the first one brings.
    expect(second?.startedAtMs).toBeGreaterThanOrEqual(
      (first?.startedAtMs ?? 0) + (first?.ms ?? 0),
    );
    expect(jobs.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
    expect(holdfast.logs.filter((line) => line.includes('"override set"'))).toHaveLength(1);
    expect(holdfast.logs.filter((line) => line.includes('"override lifted"'))).toHaveLength(1);
  });
}, 90_000);

test('a disabled target is called again as soon as an operator says that it is mended', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const at = { region: PRIMARY.region, model: PRIMARY.model };
    const fault = bedrock.setFault({ ...at, fault: 'access-denied' });
    const traffic = startTraffic(holdfast, 5);
    await eventually('the target to be disabled', async () => {
      const { body } = await asOperator<AdminHealthView>(holdfast, 'GET', '/admin/health');
      return body.targets[0]?.health === 'disabled' || undefined;
    });
    bedrock.clearFault(fault);

    const enabled = await asOperator(
      holdfast,
      'DELETE',
      `/admin/disabled/${encodeURIComponent(PRIMARY.key)}`,
    );
    await eventually('an answer', () => bedrock.calls({ ...at, outcome: 'answered' })[0]);
    const jobs = await holdfast.ended(await traffic.stop());

    expect(enabled).toMatchObject({ status: 200, body: { target: PRIMARY.key } });
    expect(jobs.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
  });
}, 60_000);

test('the daily check reads every model of the chain with no more than its own rights', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const result = await holdfast.function('Lifecycle').invoke('{}');
    const { body } = await asOperator<AdminHealthView>(holdfast, 'GET', '/admin/health');

    expect(result).toMatchObject({ outcome: 'returned' });
    expect(body.targets.map(({ lifecycle }) => lifecycle)).toEqual(
      SETTINGS.tiers.map(() => ({ findings: [] })),
    );
    expect(body.lifecycleCheckedAt).toBeDefined();
  });
}, 60_000);

test('only who signs as an operator gets in, and only what the chain has is overridden', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const unsigned = await holdfast.request(OVERRIDE, { method: 'PUT', body: {} });
    const forged = await asOperator(holdfast, 'PUT', OVERRIDE, {}, { secretAccessKey: 'guess' });
    const encodedTwice = OVERRIDE.replaceAll('%', '%25');
    const twice = await asOperator(holdfast, 'PUT', encodedTwice, { mode: 'observe', reason: 'x' });
    const past = await asOperator(holdfast, 'PUT', '/admin/overrides/region/us-east-1', {
      mode: 'observe',
      reason: 'x',
      expiresAt: '2020-01-01T00:00:00Z',
    });
    const model = encodeURIComponent(LAST_RESORT.model);
    const none = await asOperator(holdfast, 'DELETE', `/admin/overrides/profile/${model}`);

    // Who does not sign is not told that there is such a route.
    expect(unsigned.status).toBe(404);
    expect(forged.status).toBe(403);
    for (const { headers } of [unsigned, forged]) {
      expect(headers.get('content-type')).toBe('application/problem+json');
    }
    expect(twice.status).toBe(404);
    expect(past).toMatchObject({ status: 400, body: { errors: [{ field: 'expiresAt' }] } });
    expect(none.status).toBe(404);
  });
}, 60_000);
