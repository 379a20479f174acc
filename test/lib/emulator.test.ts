import { expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { admitPlainHttp, emulatorSynthesizer } from '../../lib/emulator.ts';
import { aStack, aTemplate } from '../support/stack.ts';

test('a stack for an emulator lacks what denies plain HTTP, and is the same in all else', () => {
  const stack = aStack({ synthesizer: emulatorSynthesizer() });
  admitPlainHttp(stack);
  const { Resources: emulated, Outputs: emulatedOutputs } = Template.fromStack(stack).toJSON();
  const { Resources: deployed, Outputs: deployedOutputs } = aTemplate().toJSON();

  const left = Object.fromEntries(Object.entries(deployed).filter(([id]) => id in emulated));
  const lacking = Object.values<Policy>(without(deployed, Object.keys(emulated)));

  expect(emulated).toEqual(left);
  expect(emulatedOutputs).toEqual(deployedOutputs);
  expect(lacking.map(({ Type }) => Type).sort()).toEqual([
    'AWS::S3::BucketPolicy',
    'AWS::SQS::QueuePolicy',
    'AWS::SQS::QueuePolicy',
  ]);
  for (const { Properties } of lacking) {
    expect(Properties.PolicyDocument.Statement).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
  }
});

interface Policy {
  readonly Type: string;
  readonly Properties: { readonly PolicyDocument: { readonly Statement: readonly object[] } };
}

function without<Value>(all: Record<string, Value>, ids: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(all).filter(([id]) => !ids.includes(id)));
}
