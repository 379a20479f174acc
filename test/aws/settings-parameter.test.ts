import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SettingsParameter } from '../../lambda/aws/settings-parameter.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import { SettingsError } from '../../lambda/contract/schemas/settings.ts';
import {
  type AwsService,
  type ServiceResponse,
  serveAwsEndpoint,
  serveAwsService,
} from '../support/aws-service.ts';
import { FakeAws } from '../support/fake-aws.ts';
import { START } from '../support/job-builders.ts';
import { aWorld, type World } from '../support/job-world.ts';
import { localAws } from '../support/local-aws.ts';
import { someSettings } from '../support/settings.ts';

const EDITED_AT = START - 60_000;
/** The longest time until a sandbox reads an edit: 5 minutes. */
const REFRESH_MS = 300_000;
const settingsWith = (maxAttempts: number) => someSettings({ jobs: { maxAttempts } });
const textOf = (maxAttempts: number) => JSON.stringify(settingsWith(maxAttempts));
const REFUSED = textOf(3).replace('"maxAttempts":3', '"maxAttempts":0');

function holding(Value: string): ServiceResponse {
  const Parameter = { Name: 'edited', Value, LastModifiedDate: EDITED_AT / 1000 };
  return { status: 200, body: { Parameter } };
}

const failing = (status: number, __type: string): ServiceResponse => ({ status, body: { __type } });
const GONE = failing(400, 'ParameterNotFound');
const THROTTLED = failing(400, 'ThrottlingException');

let answer: ServiceResponse;
let service: AwsService;
let world: World;
let settings: SettingsParameter;
beforeEach(async () => {
  answer = holding(textOf(3));
  service = await serveAwsService(() => answer);
  world = aWorld();
  settings = aSandbox();
});
afterEach(() => service.close());

interface SandboxOptions {
  readonly deployed?: () => Settings;
  readonly random?: () => number;
  readonly endpoint?: Pick<AwsService, 'config'>;
}

/** The settings that were deployed with the code allow two attempts. */
function aSandbox({
  deployed = () => settingsWith(2),
  random = () => 0.99999,
  endpoint = service,
}: SandboxOptions = {}): SettingsParameter {
  const client = new SSMClient(endpoint.config);
  return new SettingsParameter({ ...world, client, name: 'edited', deployed, random });
}

async function readAfter(ms: number) {
  world.clock.nowMs += ms;
  return settings.read();
}

describe('the settings parameter', () => {
  test.each([0, 0.5, 0.99999])(
    'is read again after a random time in the second half of refreshSeconds (%d)',
    async (random) => {
      settings = aSandbox({ random: () => random });
      const pauseMs = (REFRESH_MS / 2) * (1 + random);
      const first = await settings.read();

      expect(await readAfter(pauseMs - 1)).toBe(first);
      expect(service.requests()).toBe(1);

      await readAfter(1);
      expect(service.requests()).toBe(2);
    },
  );

  test('is read as often as the settings in force say', async () => {
    answer = holding(JSON.stringify(someSettings({ refreshSeconds: 10 })));
    await settings.read();
    answer = holding(textOf(4));

    expect((await readAfter(10_000)).jobs.maxAttempts).toBe(4);
  });

  test('returns the same object unless it was edited', async () => {
    const first = await settings.read();
    expect(await readAfter(REFRESH_MS)).toBe(first);

    answer = holding(textOf(4));

    expect((await readAfter(REFRESH_MS)).jobs.maxAttempts).toBe(4);
    expect(settings.current.jobs.maxAttempts).toBe(4);
    expect(settings.fault).toBeUndefined();
  });

  test.each([
    ['is not JSON', holding('{'), 'invalid', METRIC.settingsRejected],
    ['is not allowed', holding(REFUSED), 'invalid', METRIC.settingsRejected],
    ['is gone', GONE, 'unreadable', METRIC.settingsRejected],
    [
      'may not be read',
      failing(400, 'AccessDeniedException'),
      'unreadable',
      METRIC.settingsRejected,
    ],
    ['is throttled', THROTTLED, 'unreadable', METRIC.settingsUnread],
    ['cannot be read', failing(500, 'InternalServerError'), 'unreadable', METRIC.settingsUnread],
  ])(
    'keeps the last valid settings when the parameter %s, and counts the fault',
    async (_, bad, status, metric) => {
      const good = await settings.read();
      answer = bad;

      expect(await readAfter(REFRESH_MS)).toBe(good);
      expect(await settings.read()).toBe(good);

      expect(settings.fault?.status).toBe(status);
      expect(world.counts).toEqual({ [metric]: 1 });
      expect(service.requests()).toBe(2);
    },
  );

  test.each([
    ['SSM did not answer', THROTTLED],
    ['returned a refused edit', holding(REFUSED)],
  ])('is read once, and sooner after a read that %s', async (_, bad) => {
    settings = aSandbox({ random: () => 0.5 });
    answer = bad;
    await settings.read();
    expect(service.requests()).toBe(1);

    answer = holding(textOf(4));

    expect((await readAfter(REFRESH_MS / 4)).jobs.maxAttempts).toBe(4);
    expect(settings.fault).toBeUndefined();
  });

  test('without a text counts as a refused edit of this moment', async () => {
    await settings.read();
    answer = { status: 200, body: {} };

    await readAfter(REFRESH_MS);

    expect(settings.fault).toMatchObject({ status: 'invalid', sinceMs: world.clock.nowMs });
  });

  test('without a time counts as a refused edit of this moment', async () => {
    await settings.read();
    answer = { status: 200, body: { Parameter: { Name: 'edited', Value: REFUSED } } };

    await readAfter(REFRESH_MS);

    expect(settings.fault).toMatchObject({ status: 'invalid', sinceMs: world.clock.nowMs });
  });

  test('is asked for by its name', async () => {
    const aws = await FakeAws.start();
    const client = new SSMClient(localAws(aws.url));
    const deployed = () => settingsWith(2);
    await new SettingsParameter({
      ...world,
      client,
      name: 'edited',
      deployed,
      random: () => 0,
    }).read();
    const asked = aws.asked();
    client.destroy();
    await aws.close();

    expect(asked).toMatchObject([{ operation: 'GetParameter', input: { Name: 'edited' } }]);
  });

  test('is logged by the name of its error, or with all faults of its text', async () => {
    answer = THROTTLED;
    await settings.read();
    answer = holding(REFUSED.replace('{', '{"unknown":1,'));
    await readAfter(REFRESH_MS);

    const inForce = 'the deployed settings';
    expect(world.logged).toEqual([
      { message: 'settings not read', fields: { reason: 'ThrottlingException', inForce } },
      {
        message: 'settings rejected',
        fields: { reason: settings.fault?.faults.join('; '), inForce },
      },
    ]);
    expect(settings.fault?.faults).toHaveLength(2);
  });

  test('reports how many times in a row SSM did not answer', async () => {
    const reported: number[] = [];
    world.metrics.gauge = (name, value = 1) => {
      if (name === METRIC.settingsUnread) reported.push(value);
    };
    for (const next of [THROTTLED, THROTTLED, holding(textOf(3)), THROTTLED]) {
      answer = next;
      await readAfter(REFRESH_MS);
    }

    expect(reported).toEqual([1, 2, 1]);
  });

  test('names the field, value and range of a refused edit, and its time', async () => {
    await settings.read();
    answer = holding(REFUSED);
    await readAfter(REFRESH_MS);

    const fault = 'jobs.maxAttempts: got 0, allowed is at least 1';
    expect(settings.fault).toEqual({ status: 'invalid', sinceMs: EDITED_AT, faults: [fault] });
    expect(world.logged[0]?.fields).toEqual({ reason: fault, inForce: 'the last valid settings' });
  });

  test('counts a refused edit at each reading until it is corrected', async () => {
    await settings.read();
    answer = holding(REFUSED);
    await readAfter(REFRESH_MS);
    await readAfter(REFRESH_MS);
    expect(world.counts).toEqual({ [METRIC.settingsRejected]: 2 });

    answer = holding(textOf(3));
    await readAfter(REFRESH_MS);

    expect(settings.fault).toBeUndefined();
    expect(world.counts).toEqual({ [METRIC.settingsRejected]: 2 });
  });

  test('remembers when it first could not be read', async () => {
    await settings.read();
    answer = failing(500, 'InternalServerError');
    await readAfter(REFRESH_MS);
    const sinceMs = world.clock.now();
    await readAfter(REFRESH_MS);

    expect(settings.fault).toMatchObject({ status: 'unreadable', sinceMs });
  });

  test('refuses an edit that would need a deploy', async () => {
    await settings.read();
    answer = holding(JSON.stringify(someSettings({ jobs: { workerConcurrency: 20 } })));

    expect((await readAfter(REFRESH_MS)).jobs.workerConcurrency).toBe(50);
    expect(settings.fault?.faults[0]).toContain('jobs.workerConcurrency: got 20, allowed is 50');
  });

  test('has no fault once a refused edit is reverted', async () => {
    const good = await settings.read();
    answer = holding(REFUSED);
    await readAfter(REFRESH_MS);
    answer = holding(textOf(3));

    expect(await readAfter(REFRESH_MS)).toBe(good);
  });
});

describe('a sandbox that starts', () => {
  test('with a refused edit uses the deployed settings', async () => {
    answer = holding(REFUSED);

    expect((await settings.read()).jobs.maxAttempts).toBe(2);
    expect(settings.fault?.status).toBe('invalid');
    expect(world.logged[0]?.fields.inForce).toBe('the deployed settings');
  });

  test('uses the edit once it is corrected', async () => {
    answer = holding(REFUSED);
    await settings.read();
    answer = holding(textOf(4));

    expect((await readAfter(REFRESH_MS)).jobs.maxAttempts).toBe(4);
  });

  test.each([
    ['is throttled', THROTTLED, METRIC.settingsUnread],
    ['has lost the parameter', GONE, METRIC.settingsRejected],
  ])('while SSM %s uses the deployed settings and reports it', async (_, bad, metric) => {
    answer = bad;

    expect((await settings.read()).jobs.maxAttempts).toBe(2);

    expect(settings.fault?.status).toBe('unreadable');
    expect(world.counts).toEqual({ [metric]: 1 });
    expect(world.logged[0]?.fields.inForce).toBe('the deployed settings');
  });

  test('waits half a second for SSM, and no longer', async () => {
    const silent = await serveAwsEndpoint(() => undefined);
    settings = aSandbox({ endpoint: silent });
    const startMs = performance.now();

    const read = await settings.read();

    expect(read.jobs.maxAttempts).toBe(2);
    expect(performance.now() - startMs).toBeGreaterThan(450);
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(world.counts).toEqual({ [METRIC.settingsUnread]: 1 });
    await silent.close();
  });

  test('does not read the deployed settings twice', async () => {
    let reads = 0;
    settings = aSandbox({
      deployed: () => {
        reads += 1;
        return settingsWith(2);
      },
    });
    await settings.read();
    answer = holding(textOf(4));
    await readAfter(REFRESH_MS);

    expect(reads).toBe(1);
  });

  test('fails without the deployed settings', async () => {
    settings = aSandbox({
      deployed: () => {
        throw new Error('ENOENT');
      },
    });

    await expect(settings.read()).rejects.toThrow('ENOENT');
    expect(world.logged).toEqual([
      { message: 'no deployed settings', fields: { reason: 'Error' } },
    ]);
    expect(() => settings.current).toThrow('have not been read yet');
  });

  test('reports each fault of the deployed settings', async () => {
    settings = aSandbox({
      deployed: () => {
        throw new SettingsError('the bundle', ['a: one', 'b: two']);
      },
    });

    await expect(settings.read()).rejects.toThrow('the bundle');
    expect(world.logged[0]?.fields).toEqual({ reason: 'a: one; b: two' });
  });
});
