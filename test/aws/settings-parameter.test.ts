import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SettingsParameter } from '../../lambda/aws/settings-parameter.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { type AwsService, type ServiceResponse, serveAwsService } from '../support/aws-service.ts';
import { START } from '../support/job-builders.ts';
import { aWorld, type World } from '../support/job-world.ts';
import { someSettings } from '../support/settings.ts';

const EDITED_AT = START - 60_000;
const textOf = (maxAttempts: number) => JSON.stringify(someSettings({ jobs: { maxAttempts } }));
const REFUSED = textOf(3).replace('"maxAttempts":3', '"maxAttempts":0');

/** The deployed settings allow two attempts. */
function holding(edited: string | undefined): ServiceResponse {
  const named = { edited, deployed: textOf(2) };
  const Parameters = Object.entries(named).flatMap(([Name, Value]) =>
    Value === undefined ? [] : [{ Name, Value, LastModifiedDate: EDITED_AT / 1000 }],
  );
  return { status: 200, body: { Parameters } };
}

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

function aSandbox(): SettingsParameter {
  const client = new SSMClient(service.config);
  return new SettingsParameter({ ...world, client, name: 'edited', deployedName: 'deployed' });
}

async function readAfter(ms: number) {
  world.clock.nowMs += ms;
  return settings.read();
}

describe('the settings parameter', () => {
  test('is read once in 30 s', async () => {
    const first = await settings.read();
    const second = await readAfter(29_999);

    expect(first.jobs.maxAttempts).toBe(3);
    expect(second).toBe(first);
    expect(service.requests()).toBe(1);
  });

  test('is read again after 30 s and returns the same object unless it was edited', async () => {
    const first = await settings.read();
    expect(await readAfter(30_000)).toBe(first);

    answer = holding(textOf(4));

    expect((await readAfter(30_000)).jobs.maxAttempts).toBe(4);
    expect(settings.current.jobs.maxAttempts).toBe(4);
    expect(settings.fault).toBeUndefined();
  });

  test.each([
    ['is not JSON', holding('{'), 'invalid'],
    ['is not allowed', holding(REFUSED), 'invalid'],
    ['is gone', holding(undefined), 'unreadable'],
    ['cannot be read', { status: 500, body: { __type: 'InternalServerError' } }, 'unreadable'],
  ])(
    'keeps the last valid settings when the parameter %s, and counts the fault',
    async (_, bad, status) => {
      const good = await settings.read();
      answer = bad;

      expect(await readAfter(30_000)).toBe(good);
      expect(await settings.read()).toBe(good);

      expect(settings.fault?.status).toBe(status);
      expect(world.counts).toEqual({ [METRIC.settingsRejected]: 1 });
      expect(service.requests()).toBe(2);
    },
  );

  test('names the field, value and range of a refused edit, and its time', async () => {
    await settings.read();
    answer = holding(REFUSED);
    await readAfter(30_000);

    const fault = 'jobs.maxAttempts: got 0, allowed is at least 1';
    expect(settings.fault).toEqual({ status: 'invalid', sinceMs: EDITED_AT, faults: [fault] });
    expect(world.logged[0]?.fields).toEqual({ reason: fault, inForce: 'the last valid settings' });
  });

  test('counts a refused edit at each reading until it is corrected', async () => {
    await settings.read();
    answer = holding(REFUSED);
    await readAfter(30_000);
    await readAfter(30_000);
    expect(world.counts).toEqual({ [METRIC.settingsRejected]: 2 });

    answer = holding(textOf(3));
    await readAfter(30_000);

    expect(settings.fault).toBeUndefined();
    expect(world.counts).toEqual({ [METRIC.settingsRejected]: 2 });
  });

  test('remembers when it first could not be read', async () => {
    await settings.read();
    answer = { status: 500, body: {} };
    await readAfter(30_000);
    const sinceMs = world.clock.now();
    await readAfter(30_000);

    expect(settings.fault).toMatchObject({ status: 'unreadable', sinceMs });
  });

  test('refuses an edit that would need a deploy', async () => {
    await settings.read();
    answer = holding(JSON.stringify(someSettings({ jobs: { workerConcurrency: 20 } })));

    expect((await readAfter(30_000)).jobs.workerConcurrency).toBe(50);
    expect(settings.fault?.faults[0]).toContain('jobs.workerConcurrency: got 20, allowed is 50');
  });

  test('has no fault once a refused edit is reverted', async () => {
    const good = await settings.read();
    answer = holding(REFUSED);
    await readAfter(30_000);
    answer = holding(textOf(3));

    expect(await readAfter(30_000)).toBe(good);
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

    expect((await readAfter(30_000)).jobs.maxAttempts).toBe(4);
  });

  test.each(['edited', 'deployed'])('fails without the %s parameter and names it', async (name) => {
    const other = name === 'edited' ? 'deployed' : 'edited';
    answer = { status: 200, body: { Parameters: [{ Name: other, Value: textOf(3) }] } };

    await expect(settings.read()).rejects.toThrow(`parameter ${name}`);
    expect(world.logged).toContainEqual({
      message: 'no settings to start with',
      fields: { reason: expect.stringContaining(name) },
    });
    expect(() => settings.current).toThrow('have not been read yet');
  });
});
