import { describe, expect, test } from '@jest/globals';
import type { Settings, Target } from '../../lambda/contract/policy.ts';
import { aStack, aTemplate, oneTargetSettings } from '../support/stack.ts';
import { statementsOf } from '../support/template.ts';

const MODEL = 'anthropic.claude-sonnet-4-6';
const BEDROCK = 'arn:{AWS::Partition}:bedrock';

function settingsFor(...targets: Target[]) {
  return oneTargetSettings({ tiers: [{ name: 'only', targets, maxTokens: 512 }] });
}

/** Returns the statements for model calls: on the called resources, then on models behind profiles. */
function accessTo(...targets: Target[]) {
  return accessIn(settingsFor(...targets));
}

function accessIn(settings: Settings) {
  return statementsOf(aTemplate({ settings })).filter(({ actions }) =>
    actions.includes('bedrock:InvokeModel'),
  );
}

function modelIn(...regions: string[]): string[] {
  return regions.map((region) => `${BEDROCK}:${region}::foundation-model/${MODEL}`).sort();
}

describe('access to models', () => {
  test('allows counting tokens with models whose window is known, and applying the guardrails of the settings', () => {
    const targets = [
      { region: 'us-east-1', modelId: `us.${MODEL}` },
      { region: 'us-west-2', modelId: MODEL },
      { region: 'us-west-2', modelId: 'example.model-of-tomorrow' },
    ];
    const guardrails = {
      strict: {
        'us-east-1': { id: 'abc', version: '1' },
        'us-west-2': { id: 'arn:aws:bedrock:us-west-2:111122223333:guardrail/def', version: '2' },
      },
    };
    const settings = { ...settingsFor(...targets), guardrails };
    const statements = statementsOf(aTemplate({ settings }));

    expect(statements.filter(({ actions }) => actions.includes('bedrock:CountTokens'))).toEqual([
      {
        effect: 'Allow',
        actions: ['bedrock:CountTokens'],
        resources: modelIn('us-east-1', 'us-west-2'),
      },
    ]);
    const applied = statements.filter(({ actions }) => actions.includes('bedrock:ApplyGuardrail'));
    expect(applied).toMatchObject([
      {
        actions: ['bedrock:ApplyGuardrail'],
        resources: [
          'arn:aws:bedrock:us-west-2:111122223333:guardrail/def',
          `${BEDROCK}:us-east-1:{AWS::AccountId}:guardrail/abc`,
        ],
      },
    ]);
  });

  test('allows a model in its region if the target names no profile', () => {
    expect(accessTo({ region: 'us-east-1', modelId: MODEL })).toEqual([
      {
        effect: 'Allow',
        actions: [
          'bedrock:CountTokens',
          'bedrock:InvokeModel',
          'bedrock:InvokeModelWithResponseStream',
        ],
        resources: modelIn('us-east-1'),
      },
    ]);
  });

  test('allows a profile in its region, and its model in all destinations only through the profile', () => {
    const [profile, model, ...others] = accessTo({ region: 'eu-west-1', modelId: `eu.${MODEL}` });

    const arn = `${BEDROCK}:eu-west-1:{AWS::AccountId}:inference-profile/eu.${MODEL}`;
    expect(profile?.resources).toEqual([arn]);
    expect(model?.condition).toEqual({ StringEquals: { 'bedrock:InferenceProfileArn': [arn] } });
    expect(model?.resources).toEqual(
      expect.arrayContaining(modelIn('eu-west-1', 'eu-west-3', 'eu-central-1', 'eu-north-1')),
    );
    expect(model?.resources.every((resource) => String(resource).includes(':eu-'))).toBe(true);
    expect(others).toEqual([]);
  });

  test('allows the model in the region of the call even if its geography does not list the region', () => {
    const [, model] = accessTo({ region: 'sa-east-1', modelId: `us.${MODEL}` });

    expect(model?.resources).toEqual(
      expect.arrayContaining(modelIn('sa-east-1', 'us-east-1', 'us-east-2', 'us-west-2')),
    );
  });

  test('allows the model without a region for a global profile', () => {
    const [profile, model] = accessTo({ region: 'ap-south-1', modelId: `global.${MODEL}` });

    expect(profile?.resources).toEqual([
      `${BEDROCK}:ap-south-1:{AWS::AccountId}:inference-profile/global.${MODEL}`,
    ]);
    expect(model?.resources).toEqual(modelIn('ap-south-1', ''));
  });

  test('treats an id with a separate model as an application profile', () => {
    const [profile, model] = accessTo({
      region: 'us-west-2',
      modelId: 'a1b2c3d4e5f6',
      model: MODEL,
      geography: 'jp',
    });

    expect(profile?.resources).toEqual([
      `${BEDROCK}:us-west-2:{AWS::AccountId}:application-inference-profile/a1b2c3d4e5f6`,
    ]);
    expect(model?.resources).toEqual(modelIn('us-west-2', 'ap-northeast-1', 'ap-northeast-3'));
  });

  test('allows an ARN as it is given', () => {
    const modelId =
      'arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/a1b2c3d4e5f6';

    const [profile, model] = accessTo({ region: 'us-west-2', modelId, model: MODEL });

    expect(profile?.resources).toEqual([modelId]);
    expect(model?.resources).toEqual(modelIn('us-west-2'));
    expect(model?.condition).toEqual({
      StringEquals: { 'bedrock:InferenceProfileArn': [modelId] },
    });
  });

  test('covers the targets of all chains', () => {
    const chain = (...targets: Target[]) => ({
      tiers: [{ name: 'only', targets, maxTokens: 512 }],
    });
    const [east, west] = ['us-east-1', 'us-west-2'].map((region) => ({ region, modelId: MODEL }));
    if (!east || !west) throw new Error('two targets');
    const settings = oneTargetSettings({
      chains: { fast: chain(east), strong: chain(west, east) },
    });

    expect(accessIn(settings).map(({ resources }) => resources)).toEqual([
      modelIn('us-east-1', 'us-west-2'),
    ]);
  });

  test('needs no second statement for provisioned throughput', () => {
    const modelId = 'arn:aws:bedrock:us-west-2:111122223333:provisioned-model/a1b2c3d4e5f6';

    expect(accessTo({ region: 'us-west-2', modelId }).map(({ resources }) => resources)).toEqual([
      [modelId],
    ]);
  });

  test.each<[string, Target, string]>([
    [
      'a prefix',
      { region: 'us-east-1', modelId: `ca.${MODEL}` },
      `target us-east-1/ca.${MODEL}: got geography "ca", allowed is us, eu, jp, au, apac, global`,
    ],
    [
      'a setting',
      { region: 'us-east-1', modelId: MODEL, geography: 'mars' },
      `target us-east-1/${MODEL}: got geography "mars", allowed is us, eu, jp, au, apac, global`,
    ],
    [
      'an inherited name',
      { region: 'us-east-1', modelId: MODEL, geography: 'constructor' },
      'got geography "constructor"',
    ],
  ])('refuses an unknown geography from %s', (_, target, message) => {
    expect(() => aStack({ settings: settingsFor(target) })).toThrow(message);
  });

  test('refuses an application profile without its model', () => {
    const modelId = 'arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/a1';

    expect(() => aStack({ settings: settingsFor({ region: 'us-west-2', modelId }) })).toThrow(
      `target us-west-2/${modelId}: got no model, allowed is the id of the model behind the inference profile`,
    );
  });

  test('warns only of models past their end of life', () => {
    const stack = aStack({
      settings: settingsFor(
        { region: 'us-east-1', modelId: 'anthropic.claude-3-sonnet-20240229-v1:0' },
        { region: 'us-east-1', modelId: `us.${MODEL}` },
      ),
    });

    const warnings = stack.node.findChild('Default').node.findChild('Models').node.metadata;

    expect(warnings.map(({ data }) => data)).toEqual([
      expect.stringContaining(
        'us-east-1/anthropic.claude-3-sonnet-20240229-v1:0: the model reached its end of life on 2026-07-30',
      ),
    ]);
  });

  test('stays one pair of statements for any number of targets', () => {
    const regions = ['us-east-1', 'us-west-2'];

    const statements = accessTo(...regions.map((region) => ({ region, modelId: `us.${MODEL}` })));

    expect(statements.map(({ resources }) => resources.length)).toEqual([2, 6]);
  });
});
