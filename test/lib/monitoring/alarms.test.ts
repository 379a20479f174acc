import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Stack } from 'aws-cdk-lib/core';
import { anApp, aStack, aTemplate, oneTargetSettings } from '../../support/stack.ts';
import { propertiesOf, resourcesOf } from '../../support/template.ts';

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly AlarmActions: readonly unknown[];
  readonly OKActions: readonly unknown[];
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly Period?: number;
  readonly Threshold: number;
  readonly Metrics?: readonly object[];
  readonly TreatMissingData: string;
}

/** Two chains that share their only target. */
const chain = {
  tiers: [
    {
      name: 'only',
      targets: [{ region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-6' }],
      maxTokens: 9,
    },
  ],
};
const settings = oneTargetSettings({
  chains: { fast: chain, strong: chain },
  probe: { enabled: true },
});
const template = aTemplate({ settings });
const alarms = alarmsOf(template);

function alarmsOf(of: Template): readonly (readonly [string, AlarmProperties])[] {
  return resourcesOf(of, 'AWS::CloudWatch::Alarm').map(({ id, properties }) => [
    id.replace('MonitoringAlarms', ''),
    properties as unknown as AlarmProperties,
  ]);
}

/** Returns a summary such as `< 1 for 3 × 60 s, ignore`. An expression has its own period. */
function rule(alarm: AlarmProperties): string {
  const operator = alarm.ComparisonOperator === 'LessThanThreshold' ? '<' : '>=';
  const { Threshold, EvaluationPeriods, Period = 'metric’s', TreatMissingData } = alarm;
  return `${operator} ${Threshold} for ${EvaluationPeriods} × ${Period} s, ${TreatMissingData}`;
}

describe('the alarms', () => {
  test('go off at these thresholds', () => {
    expect(Object.fromEntries(alarms.map(([id, alarm]) => [id, rule(alarm)]))).toEqual({
      NoTargetServesFast: '< 1 for 3 × 60 s, ignore',
      NoTargetServesStrong: '< 1 for 3 × 60 s, ignore',
      PrimaryOutFast: '< 1 for 10 × 60 s, ignore',
      PrimaryOutStrong: '< 1 for 10 × 60 s, ignore',
      SilentFallbackFast: '>= 90 for 1 × metric’s s, notBreaching',
      SilentFallbackStrong: '>= 90 for 1 × metric’s s, notBreaching',
      TargetDisabled: '>= 1 for 3 × 60 s, ignore',
      ThrottledWithinQuota: '>= 1 for 3 × 600 s, notBreaching',
      DayBudgetEndsEarly: '>= 3600 for 3 × 300 s, ignore',
      ModelNearsItsEnd: '>= 1 for 1 × 86400 s, ignore',
      CircuitStoreDown: '>= 3 for 1 × 300 s, notBreaching',
      DeadLetters: '>= 1 for 1 × 60 s, notBreaching',
      JobsWithoutAnswer: '>= 10 for 1 × 900 s, notBreaching',
      JobsFail: '>= 10 for 3 × metric’s s, notBreaching',
      JobsWait: '>= 3600000 for 1 × 900 s, notBreaching',
      Backlog: '>= 1800 for 3 × metric’s s, notBreaching',
      EventsUnsent: '>= 1 for 3 × 300 s, notBreaching',
      SweeperSilent: '< 1 for 5 × 60 s, breaching',
      SettingsRejected: '>= 1 for 3 × 300 s, notBreaching',
      SettingsUnread: '>= 5 for 1 × 300 s, notBreaching',
      ApiFails: '>= 5 for 1 × 300 s, notBreaching',
      RequestErrors: '>= 3 for 1 × 300 s, notBreaching',
      StatusErrors: '>= 3 for 1 × 300 s, notBreaching',
      WorkerErrors: '>= 3 for 1 × 300 s, notBreaching',
      SweeperErrors: '>= 3 for 1 × 300 s, notBreaching',
      AdminErrors: '>= 3 for 1 × 300 s, notBreaching',
      LifecycleErrors: '>= 1 for 1 × 300 s, notBreaching',
      ProberErrors: '>= 3 for 1 × 300 s, notBreaching',
      RequestThrottled: '>= 1 for 1 × 300 s, notBreaching',
      StatusThrottled: '>= 1 for 1 × 300 s, notBreaching',
      WorkerThrottled: '>= 1 for 1 × 300 s, notBreaching',
      JobsTableThrottled: '>= 10 for 1 × 300 s, notBreaching',
      CircuitsTableThrottled: '>= 10 for 1 × 300 s, notBreaching',
    });
  });

  test('explain their meaning, threshold, missing data and section of the runbook', () => {
    for (const [, { AlarmDescription }] of alarms) {
      expect(AlarmDescription).toMatch(
        /^[A-Z].+[.] Threshold: .+[.] No data .+[.] Runbook: docs\/runbook\.md#[a-z-]+$/,
      );
      // CloudWatch allows at most 1,024 characters.
      expect(AlarmDescription.length).toBeLessThanOrEqual(1024);
    }
  });

  test('have all the sections of the runbook except the first look', () => {
    const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
    const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replaceAll(' ', '-'),
    );
    const anchors = alarms.map(([, { AlarmDescription }]) => AlarmDescription.split('#').at(-1));

    expect(new Set(headings)).toEqual(new Set(['first-look', ...anchors]));
  });

  test('notify the topic when they go off and when they are over', () => {
    for (const [, { AlarmActions, OKActions }] of alarms) {
      expect([AlarmActions, OKActions]).toEqual([
        ['{MonitoringAlarmsTopic}'],
        ['{MonitoringAlarmsTopic}'],
      ]);
    }
  });

  test('may publish to the topic of the instance over TLS, and nothing else may', () => {
    expect(propertiesOf(template, 'AWS::SNS::TopicPolicy', 'MonitoringAlarmsTopicPolicy')).toEqual({
      Topics: ['{MonitoringAlarmsTopic}'],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          expect.objectContaining({ Effect: 'Deny', Principal: '*', Action: 'sns:Publish' }),
          expect.objectContaining({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Condition: { StringEquals: { 'aws:SourceAccount': '{AWS::AccountId}' } },
          }),
        ],
      },
    });
  });

  test('notify the given topic and name the given runbook', () => {
    const app = anApp();
    const topic = new Topic(new Stack(app, 'Ours'), 'OnCall');
    const stack = aStack({ alarmTopic: topic, runbookUrl: 'https://wiki.example.com/llm' }, app);
    const given = Template.fromStack(stack);

    given.resourceCountIs('AWS::SNS::Topic', 0);
    for (const [, alarm] of alarmsOf(given)) {
      expect(JSON.stringify(alarm.AlarmActions)).toMatch(/Ours.*OnCall/);
      expect(alarm.AlarmDescription).toMatch(/ https:\/\/wiki\.example\.com\/llm#[a-z-]+$/);
    }
  });

  describe.each([
    ['fast', 'Fast'],
    ['strong', 'Strong'],
  ])('of the chain %s', (name, suffix) => {
    const alarm = (id: string) => new Map(alarms).get(`${id}${suffix}`);
    const ofChain = { Name: 'chain', Value: name };

    test('go off if none of its targets serves', () => {
      expect(alarm('NoTargetServes')).toMatchObject({
        MetricName: 'TargetsServing',
        Dimensions: expect.arrayContaining([ofChain]),
        AlarmDescription: expect.stringMatching(
          new RegExp(`^No target of the chain ${name} serves.*#no-target-serves$`),
        ),
      });
    });

    test('go off if its first tier does not serve', () => {
      expect(alarm('PrimaryOut')).toMatchObject({
        MetricName: 'TargetsServing',
        Dimensions: expect.arrayContaining([{ Name: 'tier', Value: `${name}/only` }]),
        AlarmDescription: expect.stringMatching(/#primary-out$/),
      });
    });

    test('measure a silent fallback as a share of its jobs that succeeded', () => {
      const metric = (MetricName: string) => ({
        Metric: { MetricName, Dimensions: expect.arrayContaining([ofChain]) },
        Period: 300,
      });
      expect(alarm('SilentFallback')?.Metrics).toMatchObject([
        { Expression: '100 * FILL(degraded, 0) / succeeded', ReturnData: true },
        { Id: 'degraded', MetricStat: metric('JobsDegraded') },
        { Id: 'succeeded', MetricStat: metric('JobsSucceeded') },
      ]);
    });
  });
});
