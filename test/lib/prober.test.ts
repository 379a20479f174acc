import { describe, expect, test } from '@jest/globals';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { propertiesOf, resourcesOf, statementsOf } from '../support/template.ts';

const TARGETS = [
  { region: 'eu-west-1', modelId: 'eu.anthropic.claude-sonnet-4-6' },
  { region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' },
];

function template(enabled: boolean) {
  const tiers = [{ name: 'only', targets: TARGETS, maxTokens: 512 }];
  return aTemplate({ settings: oneTargetSettings({ tiers, probe: { enabled } }) });
}

describe('the prober', () => {
  const on = template(true);
  const off = template(false);
  const invokers = (of: typeof on, idStart: string) =>
    statementsOf(of, idStart).filter(({ actions }) => actions.includes('bedrock:InvokeModel'));

  test('runs each minute, with as much time as a worker', () => {
    expect(propertiesOf(on, 'AWS::Events::Rule', 'ProberEachMinute')).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [{ Arn: '{ProberFunctionHandler.Arn}' }],
    });
    const [prober, worker] = ['Prober', 'Worker'].map((name) =>
      propertiesOf(on, 'AWS::Lambda::Function', `${name}FunctionHandler`),
    );
    expect(prober?.Timeout).toBe(870);
    expect(prober?.Timeout).toBe(worker?.Timeout);
  });

  test('may call exactly the models that the worker may call', () => {
    expect(invokers(on, 'Prober')).toEqual(invokers(on, 'Worker'));
    expect(invokers(on, 'Prober')).toHaveLength(2);
  });

  test('is on the dashboard, with its calls', () => {
    const body = (of: typeof on) =>
      String(propertiesOf(of, 'AWS::CloudWatch::Dashboard', 'MonitoringDashboard').DashboardBody);

    for (const text of ['ProberFunctionHandler', '"Probes"']) {
      expect(body(on)).toContain(text);
      expect(body(off)).not.toContain(text);
    }
  });

  test('does not exist when it is off, and then only the worker may call a model', () => {
    const types = ['AWS::Lambda::Function', 'AWS::Events::Rule', 'AWS::IAM::Policy'];
    const its = types.flatMap((type) =>
      resourcesOf(off, type).filter(({ id }) => id.startsWith('Prober')),
    );

    expect(its).toEqual([]);
    expect(invokers(off, '')).toEqual(invokers(off, 'Worker'));
  });
});
