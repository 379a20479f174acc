import { describe, expect, test } from '@jest/globals';
import { anApi, bodyOf } from '../support/api-caller.ts';
import { aWorld } from '../support/job-world.ts';
import { someSettings } from '../support/settings.ts';

const targets = ['us-east-1', 'us-west-2'].map((region) => ({
  region,
  modelId: 'us.meta.llama3-3-70b-instruct-v1:0',
}));
const world = aWorld({
  settings: someSettings({ tiers: [{ name: 'only', targets, maxTokens: 100 }] }),
});
const call = anApi(world);
const post = (body: object) => call({ route: 'POST /jobs', body: JSON.stringify(body) });

const tools = [{ toolSpec: { name: 'search', inputSchema: { json: { type: 'object' } } } }];

test('a job that no target can serve is refused with the need and the targets, and not stored', async () => {
  const toolConfig = { tools, toolChoice: { any: {} } };

  const result = await post({ prompt: 'hello', toolConfig });

  expect(result.statusCode).toBe(422);
  expect(bodyOf(result)).toMatchObject({
    type: 'urn:holdfast:problem:unsupported',
    title: 'No target has all that the job needs',
    errors: [
      {
        field: 'toolConfig.toolChoice',
        detail:
          'needs forcedTool, which these targets lack: us-east-1/us.meta.llama3-3-70b-instruct-v1:0, us-west-2/us.meta.llama3-3-70b-instruct-v1:0',
      },
    ],
  });
  expect(world.jobs.rows.size).toBe(0);
});

describe('a job that may use more than a daily quota', () => {
  const tiers = [{ name: 'only', targets, maxTokens: 4_096 }];
  const ask = (tokensPerDay: Record<string, number>, body: object) =>
    anApi(aWorld(), { settings: someSettings({ tiers, quotas: { tokensPerDay } }) })({
      route: 'POST /jobs',
      body: JSON.stringify({ prompt: 'hello', ...body }),
    });
  const small = { 'us-east-1': 2_000, 'us-west-2': 3_000 };
  const large = { inferenceConfig: { maxTokens: 4_000 } };

  test('is refused with both numbers if no target may serve it within a day', async () => {
    const result = await ask(small, large);

    expect(result.statusCode).toBe(422);
    const [east, west] = targets.map(({ region, modelId }) => `${region}/${modelId}`);
    const uses = 'the prompt and the answer may use 4002 tokens of a quota that has';
    expect(bodyOf(result)).toMatchObject({
      type: 'urn:holdfast:problem:unsupported',
      errors: [
        { field: 'inferenceConfig.maxTokens', detail: `${uses} 2000 tokens a day, at ${east}` },
        { field: 'inferenceConfig.maxTokens', detail: `${uses} 3000 tokens a day, at ${west}` },
      ],
    });
  });

  test('is refused too if the other targets lack something else', async () => {
    const forced = { ...large, toolConfig: { tools, toolChoice: { any: {} } } };
    const result = await ask({ 'us-east-1': 2_000 }, forced);

    const fields = bodyOf(result).errors.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(['toolConfig.toolChoice', 'inferenceConfig.maxTokens']);
  });

  test.each([
    ['its call is no larger than a quota', small, { inferenceConfig: { maxTokens: 2_990 } }],
    ['a Region has a quota that is not known', { 'us-east-1': 2_000 }, large],
  ])('is accepted if %s', async (_why, tokensPerDay, body) => {
    expect((await ask(tokensPerDay, body)).statusCode).toBe(202);
  });
});

test('a job that a target can serve is accepted', async () => {
  expect((await post({ prompt: 'hello', toolConfig: { tools } })).statusCode).toBe(202);
});

test('a repeat of an accepted job passes, although the settings have changed since', async () => {
  const options = {
    route: 'POST /jobs' as const,
    body: JSON.stringify({ prompt: 'hello', toolConfig: { tools, toolChoice: { any: {} } } }),
    headers: { 'Idempotency-Key': ['abc'] },
  };
  const first = await anApi(world, { settings: someSettings() })(options);
  expect(first.statusCode).toBe(202);

  const repeat = await call(options);

  expect(repeat.statusCode).toBe(202);
  expect(bodyOf(repeat).jobId).toBe(bodyOf(first).jobId);
});
