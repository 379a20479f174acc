import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../doctor/finding.ts';
import { checkChains, checkModel } from '../../doctor/model.ts';
import { A, B, C, twoChains } from '../support/two-chains.ts';
import { useFakeModels } from './fake-models.ts';

const TARGET = { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-6' };

describe('the check of a model', () => {
  const fake = useFakeModels();

  test('is good after one call of one token in the region of the target', async () => {
    fake.bedrock.resetLog();
    expect(await checkModel(fake.models, TARGET)).toMatchObject({
      level: 'good',
      found: 'answered a test call',
    });
    const calls = fake.bedrock.calls();
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ region: 'us-east-1', model: TARGET.modelId, maxTokens: 1 });
  });

  test.each([
    ['yes', 'converse-stream', /allow bedrock:InvokeModelWithResponseStream for/],
    ['no', 'converse', /allow bedrock:InvokeModel for/],
  ] as const)('calls a target as the jobs do: streams = %s', async (streams, operation, fix) => {
    fake.bedrock.resetLog();
    fake.bedrock.setFault({ fault: 'access-denied' });
    const finding = await checkModel(fake.models, { ...TARGET, capabilities: { streams } });
    expect(fake.bedrock.calls()).toMatchObject([{ operation }]);
    expect(finding.fix).toMatch(fix);
  });

  test('does not propose to turn streams off for a target without streams', async () => {
    fake.bedrock.setFault({ fault: 'validation' });
    const finding = await checkModel(fake.models, { ...TARGET, capabilities: { streams: 'no' } });
    expect(finding.fix).toBe('choose a model that accepts text through the Converse API');
  });

  test.each([
    [
      'access-denied',
      'bad',
      'the call failed with AccessDeniedException (config)',
      /bedrock:InvokeModelWithResponseStream/,
    ],
    [
      'no-subscription',
      'bad',
      'the call failed with AccessDeniedException (config)',
      /^run the doctor as an administrator who has aws-marketplace:Subscribe and .*; do not grant them to the worker's role; .* 15 minutes; then run the doctor again$/,
    ],
    [
      'no-use-case-form',
      'bad',
      'the call failed with ResourceNotFoundException (config)',
      /^fill in the use case form .* Model catalog.* 15 minutes; then run the doctor again$/,
    ],
    [
      'end-of-life',
      'bad',
      'the call failed with ResourceNotFoundException (config)',
      /end of life/,
    ],
    [
      'invalid-model',
      'bad',
      'the call failed with ValidationException (config)',
      /its profile is offered in this region/,
    ],
    [
      'validation',
      'bad',
      'the call failed with ValidationException (job)',
      /accepts text through the Converse API; if it cannot stream, set .* to 'no'/,
    ],
    ['reset', 'bad', /\(network\)$/, /check the network/],
    [
      'throttle-minute',
      'warning',
      'the call failed with ThrottlingException (quota-minute)',
      /higher quota/,
    ],
    [
      'throttle-day',
      'warning',
      'the call failed with ThrottlingException (quota-day)',
      /daily quota/,
    ],
    [
      'unavailable',
      'warning',
      'the call failed with ServiceUnavailableException (capacity)',
      /Health Dashboard/,
    ],
    [
      'internal-error',
      'warning',
      'the call failed with InternalServerException (fault)',
      /run the doctor again/,
    ],
    [
      'model-error',
      'warning',
      'the call failed with ModelErrorException (model-error)',
      /choose another model/,
    ],
    [
      'stream-error',
      'warning',
      'the call failed with ModelStreamErrorException (broken-stream)',
      /whether a proxy cuts long responses/,
    ],
  ] as const)('names the fix when Bedrock fails with %s', async (fault, level, found, fix) => {
    fake.bedrock.setFault({ fault });
    const finding = await checkModel(fake.models, TARGET);
    expect(finding).toMatchObject({ check: 'model', level });
    expect(finding.found).toEqual(typeof found === 'string' ? found : expect.stringMatching(found));
    expect(finding.fix).toMatch(fix);
  });

  test.each([
    ['hang', 'the call failed with FirstTokenTimeout (timeout)'],
    ['stall', 'the call failed with StreamStalled (broken-stream)'],
  ] as const)('warns of a model that does not answer in time: %s', async (fault, found) => {
    fake.bedrock.setFault({ fault });
    expect(await checkModel(fake.models, TARGET, 400)).toMatchObject({ level: 'warning', found });
  });

  test.each([
    ['without a profile', 'eu-west-1', 'anthropic.claude-sonnet-4-6'],
    ['through the profile of another geography', 'eu-west-1', 'us.anthropic.claude-sonnet-4-6'],
  ])('names the profiles of the region for a model called %s', async (_, region, modelId) => {
    fake.bedrock.setFault({ fault: 'invalid-model' });
    const { fix } = await checkModel(fake.models, { region, modelId });
    const ids = 'eu.anthropic.claude-sonnet-4-6 or global.anthropic.claude-sonnet-4-6';
    expect(fix).toContain(`an inference profile of this region: ${ids};`);
  });
});

describe('the check of the chains', () => {
  const finding = (subject: string, level: Finding['level']): Finding => ({
    check: 'model',
    subject,
    level,
    found: 'any',
  });

  test('is bad for each chain whose targets all have a warning', () => {
    const findings = [finding(A, 'warning'), finding(B, 'warning'), finding(C, 'good')];

    expect(checkChains(twoChains(), findings)).toMatchObject([
      { check: 'model', subject: 'chain fast', level: 'bad' },
    ]);
  });

  test('repeats no finding that is bad already', () => {
    const findings = [finding(A, 'bad'), finding(B, 'warning'), finding(C, 'bad')];

    expect(checkChains(twoChains(), findings)).toEqual([]);
  });
});
