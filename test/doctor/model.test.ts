import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { checkModel } from '../../doctor/model.ts';
import { BedrockModelClient } from '../../lambda/aws/bedrock-model-client.ts';
import { systemClock } from '../../lambda/aws/system-clock.ts';
import { type FakeBedrock, startFakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { useBedrockAt } from '../support/bedrock-endpoint.ts';
import '../support/errors-of-one-realm.ts';

const TARGET = { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-6' };

describe('the check of a model', () => {
  let bedrock: FakeBedrock;
  let models: BedrockModelClient;
  beforeAll(async () => {
    bedrock = await startFakeBedrock();
    useBedrockAt(bedrock.url);
    models = new BedrockModelClient({ clock: systemClock });
  });
  afterEach(() => bedrock.clearFaults());
  afterAll(async () => {
    models.destroy();
    await bedrock.stop();
  });

  test('is good after one call of one token from the region of the target', async () => {
    bedrock.resetLog();
    expect(await checkModel(models, TARGET)).toMatchObject({ level: 'good', found: 'answers' });
    const calls = bedrock.calls();
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ region: 'us-east-1', model: TARGET.modelId, maxTokens: 1 });
  });

  test.each([
    ['access-denied', 'bad', 'AccessDeniedException (config)', /bedrock:InvokeModel/],
    ['end-of-life', 'bad', 'ResourceNotFoundException (config)', /has not ended/],
    [
      'invalid-model',
      'bad',
      'ValidationException (config)',
      /its profile is offered in this region/,
    ],
    ['validation', 'bad', 'ValidationException (job)', /takes text by Converse/],
    ['reset', 'bad', /\(network\)$/, /check the network/],
    ['throttle-minute', 'warning', 'ThrottlingException (quota-minute)', /higher quota/],
    ['throttle-day', 'warning', 'ThrottlingException (quota-day)', /tokens of the day/],
    ['unavailable', 'warning', 'ServiceUnavailableException (capacity)', /Health Dashboard/],
    ['internal-error', 'warning', 'InternalServerException (fault)', /run again/],
  ] as const)('names the fix when Bedrock fails with %s', async (fault, level, found, fix) => {
    bedrock.setFault({ fault });
    const finding = await checkModel(models, TARGET);
    expect(finding).toMatchObject({ check: 'model', level });
    expect(finding.found).toEqual(typeof found === 'string' ? found : expect.stringMatching(found));
    expect(finding.fix).toMatch(fix);
  });

  test('warns of one that does not answer in time', async () => {
    bedrock.setFault({ fault: 'hang' });
    expect(await checkModel(models, TARGET, 50)).toMatchObject({
      level: 'warning',
      found: 'CallTimeout (timeout)',
    });
  });

  test.each([
    ['without a profile', 'eu-west-1', 'anthropic.claude-sonnet-4-6'],
    ['by the profile of another geography', 'eu-west-1', 'us.anthropic.claude-sonnet-4-6'],
  ])('names the profiles of the region for a model called %s', async (_, region, modelId) => {
    bedrock.setFault({ fault: 'invalid-model' });
    const { fix } = await checkModel(models, { region, modelId });
    const ids = 'eu.anthropic.claude-sonnet-4-6 or global.anthropic.claude-sonnet-4-6';
    expect(fix).toContain(`an inference profile of this region: ${ids};`);
  });
});
