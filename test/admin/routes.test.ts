import { beforeEach, describe, expect, test } from '@jest/globals';
import { NOT_AN_OBJECT, PROBLEM } from '../../lambda/contract/problems.ts';
import { adminHealthView } from '../../lambda/contract/schemas/admin-health-view.ts';
import { redriveReport } from '../../lambda/contract/schemas/redrive.ts';
import { isoTime } from '../../lambda/core/clock.ts';
import { anAdmin, FORCE_OPEN, OPERATOR } from '../support/admin-world.ts';
import { bodyOf, fieldsOf } from '../support/api-caller.ts';
import { aJob, JOB_ID } from '../support/job-builders.ts';
import { aChain, EAST_HAIKU, EAST_SONNET } from '../support/router-builders.ts';

const MODEL = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
const ENCODED = encodeURIComponent(EAST_SONNET);

let admin: ReturnType<typeof anAdmin>;
beforeEach(() => {
  admin = anAdmin();
});

describe('PUT /v1/admin/overrides', () => {
  test('puts an override in force and returns it as stored', async () => {
    const result = await admin.put('target', ENCODED);

    const now = admin.clock.now();
    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toEqual({
      scope: 'target',
      key: EAST_SONNET,
      mode: 'force-open',
      reason: 'drill',
      actor: OPERATOR,
      since: new Date(now).toISOString(),
      expiresAt: new Date(now + 600_000).toISOString(),
    });
    expect(await admin.worker.admit(EAST_SONNET)).toMatchObject({ reason: 'forced-open' });
  });

  test.each([
    ['target', EAST_SONNET],
    ['target', ENCODED],
    ['target', ENCODED.toLowerCase().replaceAll('%2f', '%2F')],
    ['profile', `us.${MODEL}`],
    ['model', encodeURIComponent(MODEL)],
    ['region', 'us-east-1'],
  ])('accepts the scope %s with the key %s', async (scope, key) => {
    expect(await admin.put(scope, key)).toMatchObject({ statusCode: 200 });
    expect(await admin.worker.admit(EAST_SONNET)).toMatchObject({ reason: 'forced-open' });
  });

  test.each([
    ['tier', 'primary'],
    ['target', 'us-east-1/none'],
    ['target', `eu-west-1/us.${MODEL}`],
    ['region', 'eu-west-1'],
    ['model', 'us-east-1'],
    ['__proto__', 'us-east-1'],
    ['region', '__proto__'],
    ['target', '%E0%A4'],
    // This key is still percent-encoded after one decoding.
    ['target', encodeURIComponent(ENCODED)],
  ])('answers 404 for an unknown %s called %s', async (scope, key) => {
    const result = await admin.put(scope, key);

    expect(result.statusCode).toBe(404);
    expect(bodyOf(result)).toMatchObject({
      type: PROBLEM.notFound.type,
      detail: 'allowed is one of target, profile, model, region, followed by a key of a chain',
    });
  });

  test.each([
    ['a body that is not JSON', 'mode: force-open', 'body'],
    ['a body that is not an object', '[]', 'body'],
    ['an actor', JSON.stringify({ ...FORCE_OPEN, actor: 'me' }), 'actor'],
    [
      'an end in the past',
      JSON.stringify({ ...FORCE_OPEN, expiresInSeconds: -1 }),
      'expiresInSeconds',
    ],
  ])('names the field of %s', async (_what, body, field) => {
    const result = await admin.call({
      route: 'PUT /admin/overrides/{scope}/{key+}',
      pathParameters: { scope: 'region', key: 'us-east-1' },
      body,
    });

    expect(result.statusCode).toBe(400);
    expect(fieldsOf(result)).toEqual([field]);
  });

  test('refuses an override that no worker would see', async () => {
    const alone = anAdmin(aChain({ breaker: { store: 'memory' } }));

    expect(bodyOf(await alone.put('region', 'us-east-1'))).toMatchObject({
      type: PROBLEM.circuitsNotShared.type,
      status: 409,
    });
  });

  test('answers 503 and sets nothing while the store is down', async () => {
    admin.store.load = () => Promise.reject(new Error('lost'));

    expect(await admin.put('region', 'us-east-1')).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '5' },
    });
  });

  test('logs the actor, the subject, the reason and the end of every change', async () => {
    await admin.put('target', ENCODED);
    await admin.put('target', ENCODED, { mode: 'observe', reason: 'calmer' });
    await admin.lift('target', ENCODED);

    const subject = { scope: 'target', key: EAST_SONNET, actor: OPERATOR };
    const inSeconds = (seconds: number) =>
      new Date(admin.clock.now() + seconds * 1000).toISOString();
    expect(admin.logged).toEqual([
      {
        message: 'override set',
        fields: { ...subject, mode: 'force-open', reason: 'drill', until: inSeconds(600) },
      },
      {
        message: 'override set',
        fields: {
          ...subject,
          mode: 'observe',
          reason: 'calmer',
          until: inSeconds(3600),
          replacedMode: 'force-open',
          replacedActor: OPERATOR,
        },
      },
      { message: 'override lifted', fields: { ...subject, mode: 'observe', setBy: OPERATOR } },
    ]);
  });
});

describe('the record of operators’ actions', () => {
  test('has each change with its result, and no reading', async () => {
    await admin.put('target', ENCODED);
    await admin.health();
    await admin.lift('target', ENCODED);
    await admin.lift('target', ENCODED);
    await admin.call({ route: 'POST /admin/redrive', body: '{"dryRun":true}' });

    expect(admin.actions).toMatchObject([
      { action: 'override', actor: OPERATOR, key: EAST_SONNET, status: 200, request: FORCE_OPEN },
      { action: 'lift', actor: OPERATOR, key: EAST_SONNET, status: 200 },
      { action: 'lift', actor: OPERATOR, key: EAST_SONNET, status: 404 },
      { action: 'redrive', actor: OPERATOR, request: { dryRun: true }, result: { left: 3 } },
    ]);
  });

  test('has an attempt that failed or came without a signer', async () => {
    admin.store.load = () => Promise.reject(new Error('lost'));
    await admin.put('target', ENCODED);
    await admin.call({ route: 'POST /admin/redrive', userArn: '' });

    expect(admin.logged).toContainEqual({
      message: 'operator request failed',
      fields: { requestId: 'request-id', error: 'Error' },
    });
    expect(admin.actions).toMatchObject([
      { action: 'override', status: 503, result: { type: PROBLEM.unavailable.type } },
      { action: 'redrive', status: 403, result: { type: PROBLEM.forbidden.type } },
    ]);
    expect(admin.actions[1]).not.toHaveProperty('actor');
  });
});

describe('DELETE /v1/admin/overrides', () => {
  test('lifts an override and returns it', async () => {
    await admin.put('target', ENCODED);

    const result = await admin.lift('target', ENCODED);

    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toMatchObject({ mode: 'force-open', reason: 'drill' });
    expect(await admin.health()).toMatchObject({ overrides: [] });
  });

  test.each([
    ['there is none', 'region', 'us-east-1'],
    ['it is of another scope', 'model', ENCODED],
    ['there is no such scope', 'galaxy', ENCODED],
  ])('answers 404 when %s', async (_why, scope, key) => {
    await admin.put('target', ENCODED);

    const result = await admin.lift(scope, key);

    expect(result.statusCode).toBe(404);
    expect(bodyOf(result).detail).toBe('no override is in force for this scope and key');
  });

  test('answers 404 for an expired override', async () => {
    await admin.put('target', ENCODED);
    admin.clock.nowMs += 600_000;

    expect(await admin.lift('target', ENCODED)).toMatchObject({ statusCode: 404 });
  });
});

async function admitted(key: string) {
  const admission = await admin.worker.admit(key);
  if (!admission.admitted) throw new Error(`${key} rejects: ${admission.reason}`);
  return admission.permit;
}

describe('GET /v1/admin/health', () => {
  test('adds nothing to GET /v1/health while the chain is healthy', async () => {
    const view = await admin.health();

    expect(adminHealthView.parse(view)).toEqual(view);
    expect(view).toMatchObject({
      status: 'healthy',
      settings: { status: 'in-force' },
      overrides: [],
    });
    expect(view.targets[0]).not.toHaveProperty('evidence');
  });

  test('shows evidence, overrides, configuration errors and lifecycle of a target', async () => {
    for (let i = 0; i < 20; i++) {
      const admission = await admin.worker.admit(EAST_SONNET);
      if (!admission.admitted) break;
      await admission.permit.settle({ kind: 'failure', failure: 'capacity' });
    }
    await admin.worker.flush();
    for (const job of ['a', 'b', 'b']) {
      await admin.workersDisabled.failed(EAST_SONNET, {
        jobId: job,
        reason: 'AccessDeniedException',
      });
    }
    await admin.put('model', encodeURIComponent(MODEL), { mode: 'observe', reason: 'suspect' });
    const now = admin.clock.now();
    admin.checked({
      checkedAtMs: now,
      targets: {
        [EAST_SONNET]: {
          findings: ['legacy'],
          legacyMs: now - 1000,
          endOfLifeMs: now,
          daysLeft: 0,
        },
        [EAST_HAIKU]: { findings: ['no-access'] },
      },
    });

    const view = await admin.health();

    expect(adminHealthView.parse(view)).toEqual(view);
    expect(view.lifecycleCheckedAt).toBe(new Date(now).toISOString());
    expect(view.overrides).toMatchObject([{ scope: 'model', key: MODEL, actor: OPERATOR }]);
    expect(view.targets[0]).toMatchObject({
      target: EAST_SONNET,
      health: 'disabled',
      circuit: 'OPEN',
      opens: 1,
      evidence: { rule: 'dry', failure: 'capacity', kinds: { capacity: 5 } },
      overriddenBy: { scope: 'model', mode: 'observe', reason: 'suspect', actor: OPERATOR },
      configErrors: { reason: 'AccessDeniedException', failures: 3, checks: 0 },
      lifecycle: {
        findings: ['legacy'],
        legacySince: isoTime(now - 1000),
        endOfLife: isoTime(now),
        daysLeft: 0,
      },
    });
    expect(view.targets[2]).toMatchObject({ target: EAST_HAIKU });
    expect(view.targets[2].lifecycle).toEqual({ findings: ['no-access'] });
  });

  test('shows a daily quota at all targets of its region, and the calls of the current window', async () => {
    const [answered, refused] = [await admitted(EAST_SONNET), await admitted(EAST_HAIKU)];
    await answered.token(400);
    await answered.settle({ kind: 'success' });
    await refused.settle({ kind: 'failure', failure: 'quota-day' });
    await admin.worker.flush();

    const view = await admin.health();

    expect(adminHealthView.parse(view)).toEqual(view);
    expect(view.regions[0]).toMatchObject({ region: 'us-east-1', cause: 'quota-day' });
    expect(view.targets[0]).toMatchObject({
      target: EAST_SONNET,
      circuit: 'CLOSED',
      health: 'unhealthy',
      admits: 'none',
      cause: 'quota-day',
      recent: { calls: 1, failures: {}, meanFirstTokenMs: 400 },
    });
  });

  test('shows the errors of a refused settings edit', async () => {
    const sinceMs = admin.clock.now();
    const faults = ['jobs.maxAttempts: got 0, allowed is at least 1'];
    admin.refused({ status: 'invalid', sinceMs, faults });

    const view = await admin.health();

    expect(adminHealthView.parse(view)).toEqual(view);
    const since = new Date(sinceMs).toISOString();
    expect(view.settings).toEqual({ status: 'invalid', since, faults });
  });

  test('shows an override that another sandbox of the function has set', async () => {
    await admin.health();
    const now = admin.clock.now();
    const override = { mode: 'force-open' as const, reason: 'r', actor: 'a' };
    await admin.otherSandbox.override('region', 'us-east-1', {
      ...override,
      sinceMs: now,
      untilMs: now + 1000,
    });

    const { overrides, regions } = await admin.health();

    expect(overrides).toMatchObject([{ scope: 'region', key: 'us-east-1', reason: 'r' }]);
    expect(regions).toMatchObject([{ region: 'us-east-1', health: 'unhealthy' }, {}]);
  });
});

describe('the quotas in GET /v1/admin/health', () => {
  const KEY = 'us-east-1/geo/anthropic.claude-sonnet-4-5-20250929-v1:0';
  const BURST = { burstMs: 55_000, patienceMs: 0 };

  test('have their limits, their use and the time at which the next call is admitted', async () => {
    const { buckets, clock } = admin;
    clock.nowMs += 60_000;
    const checkedAtMs = clock.now();
    const limits = { [KEY]: { tokensPerMinute: 60_000 } };
    const tokensPerDay = { 'us-east-1': 1_000_000 };
    admin.foundQuotas({ checkedAtMs, limits, tokensPerDay, withoutAccess: [] });
    const hour = isoTime(clock.now()).slice(0, 13);
    await buckets.settle(KEY, { deltaMs: 0, used: { hour, tokens: 1_000_000 } });
    await buckets.hold(KEY, { tokens: 60_500 }, BURST);

    const health = await admin.health();

    expect(adminHealthView.safeParse(health).error).toBeUndefined();
    expect(health.quotas).toContainEqual({
      quota: KEY,
      targets: [EAST_SONNET],
      source: 'service-quotas',
      tokensPerMinute: 60_000,
      use: {
        heldPercent: { tokens: 110 },
        freeAt: isoTime(clock.now() + 5_501),
        ratePercent: 100,
        tokensToday: 1_000_000,
      },
    });
    expect(health.dayBudgets).toEqual([
      expect.objectContaining({
        region: 'us-east-1',
        source: 'service-quotas',
        tokensPerDay: 1_000_000,
        spent: 1_000_000,
        left: 0,
        endsAt: isoTime(clock.now()),
      }),
    ]);
    expect(health.quotasCheckedAt).toBe(isoTime(checkedAtMs));
  });

  test('say which models the account may not call', async () => {
    const [limits, tokensPerDay] = [{}, {}];
    admin.foundQuotas({ checkedAtMs: 0, limits, tokensPerDay, withoutAccess: [KEY] });

    expect((await admin.health()).quotas).toContainEqual({
      quota: KEY,
      targets: [EAST_SONNET],
      noAccess: true,
    });
  });
});

test('GET /v1/admin/health shows an override until it expires', async () => {
  await admin.put('target', ENCODED);

  admin.clock.nowMs += 599_999;
  expect((await admin.health()).overrides).toHaveLength(1);
  admin.clock.nowMs += 1;

  expect((await admin.health()).overrides).toEqual([]);
});

describe('DELETE /v1/admin/disabled', () => {
  const enable = (key: string) =>
    admin.call({ route: 'DELETE /admin/disabled/{key+}', pathParameters: { key } });

  test('lets a disabled target be called at once, through the recovery stages', async () => {
    await admin.worker.flush();
    for (const job of ['a', 'b', 'b']) {
      await admin.workersDisabled.failed(EAST_SONNET, {
        jobId: job,
        reason: 'AccessDeniedException',
      });
    }

    const result = await enable(ENCODED);

    expect(bodyOf(result)).toEqual({ target: EAST_SONNET });
    expect(await admin.workersDisabled.availability(EAST_SONNET)).toEqual({ available: true });
    expect(await admin.otherSandbox.admit(EAST_SONNET)).toMatchObject({ permit: { stage: 0 } });
    expect(await admin.otherSandbox.admit(EAST_SONNET)).toMatchObject({ reason: 'half-open' });
    expect((await admin.health()).targets[0]).toMatchObject({ circuit: 'HALF_OPEN', succeeded: 0 });
    expect(admin.logged.at(-1)).toEqual({
      message: 'target enabled by hand',
      fields: { target: EAST_SONNET, actor: OPERATOR },
    });
  });

  test('answers 404 for a target that is not disabled', async () => {
    const result = await enable(ENCODED);

    expect(result.statusCode).toBe(404);
    expect(bodyOf(result).detail).toBe('no target with this name is disabled');
    expect(await enable('%')).toMatchObject({ statusCode: 404 });
    expect(await enable('__proto__')).toMatchObject({ statusCode: 404 });
  });
});

describe('POST /v1/admin/redrive', () => {
  const redrive = (body: string | null) => admin.call({ route: 'POST /admin/redrive', body });

  test('needs no body and returns a report', async () => {
    const result = await redrive(null);

    expect(result.statusCode).toBe(200);
    expect(bodyOf(result)).toMatchObject({ moved: 0, left: 3, dryRun: false });
    expect(admin.logged[0]).toMatchObject({
      message: 'redrive requested',
      fields: { actor: OPERATOR, limit: 1000 },
    });
  });

  test('is refused while another redrive runs, with its operator and its end', async () => {
    const untilMs = admin.clock.now() + 12_500;
    await admin.redriveLease.take({ token: 't', holder: 'arn:bob', untilMs }, admin.clock.now());

    const result = await redrive(null);

    expect(result.headers).toMatchObject({ 'retry-after': '13' });
    expect(bodyOf(result)).toEqual({
      ...PROBLEM.redriveRunning,
      status: 409,
      detail: `by arn:bob, until ${new Date(untilMs).toISOString()} at the latest`,
      requestId: 'request-id',
    });
  });

  test.each([
    ['limit', { limit: 0 }],
    ['jobId', { jobId: JOB_ID.toUpperCase() }],
    ['jobid', { jobid: JOB_ID }],
  ])('names the wrong field %s of a body', async (field, body) => {
    expect(fieldsOf(await redrive(JSON.stringify(body)))).toEqual([field]);
  });

  test('of one job answers for that job, and is recorded with its id', async () => {
    const body = JSON.stringify({ jobId: JOB_ID });
    const unknown = await redrive(body);
    admin.jobs.rows.set(JOB_ID, aJob({ status: 'EXPIRED' }));
    const ended = await redrive(body);
    admin.jobs.rows.set(JOB_ID, aJob({ status: 'DEAD_LETTERED' }));
    const moved = await redrive(body);

    expect(bodyOf(unknown).type).toBe(PROBLEM.notFound.type);
    expect(bodyOf(ended)).toEqual({
      ...PROBLEM.notRedrivable,
      detail: 'got a job whose status is EXPIRED',
      requestId: 'request-id',
    });
    expect(redriveReport.parse(bodyOf(moved))).toEqual(bodyOf(moved));
    expect(bodyOf(moved)).toMatchObject({ moved: 1, left: 3 });
    expect(admin.actions.map(({ status, request }) => [status, request])).toEqual([
      [404, undefined],
      [409, undefined],
      [200, { jobId: JOB_ID }],
    ]);
  });

  test.each(['POST /admin/redrive', 'PUT /admin/overrides/{scope}/{key+}'])(
    'is refused, as by %s, with what is allowed if its body is no JSON',
    async (route) => {
      const pathParameters = { scope: 'region', key: 'us-east-1' };
      const result = await admin.call({ route, pathParameters, body: 'nonsense' });

      expect(bodyOf(result).errors).toEqual([NOT_AN_OBJECT]);
    },
  );
});

test('a call without a signer is refused, even if the gateway lets it in', async () => {
  const result = await admin.call({ route: 'GET /admin/health', userArn: '' });

  expect(result.statusCode).toBe(403);
  expect(bodyOf(result).requestId).toBe('request-id');
});

test('a callers’ route does not exist for operators', async () => {
  const result = await admin.call({ route: 'GET /health' });

  expect(result.statusCode).toBe(404);
  expect(bodyOf(result).requestId).toBe('request-id');
});
