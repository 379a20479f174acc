import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SettingsParameter } from '../../lambda/aws/settings-parameter.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { type Answer, type AwsService, serveAwsService } from '../support/aws-service.ts';
import { aWorld, type World } from '../support/job-world.ts';
import { someSettings } from '../support/settings.ts';

const holding = (value: string): Answer => ({ status: 200, body: { Parameter: { Value: value } } });
const textOf = (maxAttempts: number) => JSON.stringify(someSettings({ jobs: { maxAttempts } }));

let answer: Answer;
let service: AwsService;
let world: World;
let settings: SettingsParameter;
beforeEach(async () => {
  answer = holding(textOf(3));
  service = await serveAwsService(() => answer);
  world = aWorld();
  const client = new SSMClient(service.config);
  settings = new SettingsParameter({ ...world, client, name: 'parameter' });
});
afterEach(() => service.close());

describe('the settings parameter', () => {
  test('is read once in 30 s', async () => {
    const first = await settings.read();
    world.clock.nowMs += 29_999;
    const second = await settings.read();

    expect(first.jobs.maxAttempts).toBe(3);
    expect(second).toBe(first);
    expect(service.requests()).toBe(1);
  });

  test('takes an edit into force after that, and stays the same object without one', async () => {
    const first = await settings.read();
    world.clock.nowMs += 30_000;
    expect(await settings.read()).toBe(first);

    answer = holding(textOf(4));
    world.clock.nowMs += 30_000;

    expect((await settings.read()).jobs.maxAttempts).toBe(4);
    expect(settings.current.jobs.maxAttempts).toBe(4);
  });

  test.each([
    ['is no JSON', holding('{')],
    ['is not allowed', holding(textOf(3).replace('"maxAttempts":3', '"maxAttempts":0'))],
    ['is gone', { status: 400, body: { __type: 'ParameterNotFound' } }],
  ])('keeps the last good settings when the parameter %s, and counts it', async (_, bad) => {
    const good = await settings.read();
    answer = bad;
    world.clock.nowMs += 30_000;

    expect(await settings.read()).toBe(good);
    expect(await settings.read()).toBe(good);

    expect(world.counts).toEqual({ [METRIC.settingsRejected]: 1 });
    expect(service.requests()).toBe(2);
  });

  test('names field, value and range of a bad edit in the log', async () => {
    await settings.read();
    answer = holding(textOf(3).replace('"maxAttempts":3', '"maxAttempts":0'));
    world.clock.nowMs += 30_000;

    await settings.read();

    expect(world.logged[0]?.fields.reason).toContain('jobs.maxAttempts: got 0');
  });

  test('without a first good reading stops the sandbox', async () => {
    answer = holding('{}');

    await expect(settings.read()).rejects.toThrow('tiers');
    expect(() => settings.current).toThrow('not read yet');
  });
});
