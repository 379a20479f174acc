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

  test('lacks the policies that deny plain HTTP, which the deployed one has', () => {
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

  test('lacks saved queries and alarms on more than one metric, which the deployed one has', () => {
    expect(resourcesOf(deployed, QUERY)).not.toEqual([]);
    emulated.resourceCountIs(QUERY, 0);
    const ids = (template: Template) => resourcesOf(template, ALARM).map(({ id }) => id);
    const kept = new Set(ids(emulated));
    expect(ids(deployed).filter((id) => !kept.has(id))).toEqual([
      'MonitoringAlarmsSilentFallback',
      'MonitoringAlarmsJobsFail',
    ]);
  });

  test('names the settings itself, where the deployed one leaves that to CloudFormation', () => {
    emulated.hasResourceProperties(PARAMETER, { Name: 'Holdfast-Settings-Parameter' });
    emulated.hasResourceProperties(PARAMETER, { Name: 'Holdfast-Settings-Deployed' });
    expect(resourcesOf(deployed, PARAMETER)[0]?.properties).not.toHaveProperty('Name');
  });

  test('is the same in all else', () => {
    expect(alike(emulated)).toEqual(alike(deployed));
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

/** Resources and outputs without what the tests above tell apart. */
function alike(template: Template): unknown {
  const { Resources, Outputs } = template.toJSON();
  const entries = Object.entries<{ Type: string; Properties?: object }>(Resources)
    .filter(([, { Type }]) => !(Type in DENIALS || Type === QUERY))
    .filter(([, { Properties }]) => !(Properties && 'Metrics' in Properties))
    .map(([id, resource]) => {
      if (resource.Type !== PARAMETER) return [id, resource];
      const { Name: _name, ...rest } = Object(resource.Properties);
      return [id, { ...resource, Properties: rest }];
    });
  return { resources: Object.fromEntries(entries), outputs: Outputs };
}
