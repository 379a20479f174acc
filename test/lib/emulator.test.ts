import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { adaptToEmulator, emulatorSynthesizer } from '../../lib/emulator.ts';
import { aStack, aTemplate } from '../support/stack.ts';
import { resourcesOf } from '../support/template.ts';

describe('a stack for an emulator', () => {
  const deployed = aTemplate();
  const stack = aStack({ synthesizer: emulatorSynthesizer() });
  adaptToEmulator(stack);
  const emulated = Template.fromStack(stack);

  test('lacks the policies of the real stack that deny plain HTTP', () => {
    const deny = { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    const denial = {
      PolicyDocument: { Statement: expect.arrayContaining([expect.objectContaining(deny)]) },
    };
    for (const [type, count] of Object.entries(DENIALS)) {
      const policies = resourcesOf(deployed, type).map(({ properties }) => properties);
      expect(policies).toMatchObject(Array(count).fill(denial));
      emulated.resourceCountIs(type, 0);
    }
  });

  test('lacks the saved queries of the real stack', () => {
    expect(resourcesOf(deployed, QUERY)).not.toEqual([]);
    emulated.resourceCountIs(QUERY, 0);
  });

  test('has one metric in each alarm, unlike three alarms of the real stack', () => {
    expect(onSeveralMetrics(deployed)).toEqual([
      expect.stringMatching(/^MonitoringAlarmsSilentFallback/),
      expect.stringMatching(/^MonitoringAlarmsJobsFail/),
      expect.stringMatching(/^MonitoringAlarmsBacklog/),
    ]);
    expect(onSeveralMetrics(emulated)).toEqual([]);
  });

  test('names the settings parameter, unlike the real stack', () => {
    emulated.hasResourceProperties(PARAMETER, { Name: 'Holdfast-Settings-Parameter' });
    expect(resourcesOf(deployed, PARAMETER)[0]?.properties).not.toHaveProperty('Name');
  });

  test('is otherwise the same', () => {
    const changed = onSeveralMetrics(deployed);
    expect(alike(emulated, changed)).toEqual(alike(deployed, changed));
  });
});

const DENIALS = {
  'AWS::SQS::QueuePolicy': 2,
  'AWS::S3::BucketPolicy': 1,
  'AWS::SNS::TopicPolicy': 1,
};
const PARAMETER = 'AWS::SSM::Parameter';
const QUERY = 'AWS::Logs::QueryDefinition';
const ALARM = 'AWS::CloudWatch::Alarm';

/** Returns the logical ids of alarms on several metrics. */
function onSeveralMetrics(template: Template): readonly string[] {
  const alarms = Object.entries(template.findResources(ALARM));
  return alarms.filter(([, { Properties }]) => 'Metrics' in Properties).map(([id]) => id);
}

/** Returns the resources and outputs without the differences that the tests above check. */
function alike(template: Template, changed: readonly string[]): unknown {
  const { Resources, Outputs } = template.toJSON();
  const entries = Object.entries<{ Type: string; Properties?: object }>(Resources)
    .filter(([id, { Type }]) => !(Type in DENIALS || Type === QUERY || changed.includes(id)))
    .map(([id, resource]) => {
      if (resource.Type !== PARAMETER) return [id, resource];
      const { Name: _name, ...rest } = Object(resource.Properties);
      return [id, { ...resource, Properties: rest }];
    });
  return { resources: Object.fromEntries(entries), outputs: Outputs };
}
