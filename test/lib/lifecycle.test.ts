import { describe, expect, test } from '@jest/globals';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { propertiesOf, statementsOf } from '../support/template.ts';

describe('the lifecycle check', () => {
  const template = aTemplate();

  test('runs each day', () => {
    expect(propertiesOf(template, 'AWS::Events::Rule', 'LifecycleEachDay')).toMatchObject({
      ScheduleExpression: 'rate(1 day)',
      State: 'ENABLED',
      Targets: [{ Arn: '{LifecycleFunctionHandler.Arn}' }],
    });
  });

  test('may read only the profiles and models of the chain', () => {
    const targets = [
      { region: 'eu-west-1', modelId: 'eu.anthropic.claude-sonnet-4-6' },
      { region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' },
    ];
    const settings = oneTargetSettings({ tiers: [{ name: 'only', targets, maxTokens: 512 }] });

    const bedrock = statementsOf(aTemplate({ settings }), 'Lifecycle').filter(({ actions }) =>
      String(actions).startsWith('bedrock:'),
    );

    const arn = 'arn:{AWS::Partition}:bedrock';
    expect(bedrock).toEqual([
      {
        effect: 'Allow',
        actions: ['bedrock:GetFoundationModel'],
        resources: [
          `${arn}:eu-west-1::foundation-model/anthropic.claude-sonnet-4-6`,
          `${arn}:us-east-1::foundation-model/amazon.nova-lite-v1:0`,
        ],
      },
      {
        effect: 'Allow',
        actions: ['bedrock:GetInferenceProfile'],
        resources: [
          `${arn}:eu-west-1:{AWS::AccountId}:inference-profile/eu.anthropic.claude-sonnet-4-6`,
        ],
      },
    ]);
  });
});
