import { describe, expect, test } from '@jest/globals';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { environmentOf, readContext } from '../../lib/app-context.ts';
import { faultsOf } from '../support/settings-faults.ts';
import { anApp, oneTargetSettings } from '../support/stack.ts';

describe('the context of the app', () => {
  test('may hold whatever CDK puts there', () => {
    const context = {
      ...anApp().node.getAllContext(),
      'availability-zones:account=123456789012:region=us-east-1': ['us-east-1a'],
      'aws:cdk:bundling-stacks': ['**'],
      'cli-telemetry': false,
    };

    expect(readContext(context)).toEqual({ emulator: false });
  });

  test('is read from flags, which are texts, and from cdk.json', () => {
    const flags = { account: '123456789012', region: 'eu-west-1', emulator: 'true' };

    expect(readContext({ ...flags, removalPolicy: 'destroy', config: 'a.json' })).toEqual({
      ...{ account: '123456789012', region: 'eu-west-1', emulator: true },
      ...{ removalPolicy: RemovalPolicy.DESTROY, config: 'a.json' },
    });
    expect(readContext({ account: 123456789012, emulator: true })).toMatchObject({
      ...{ account: '123456789012', emulator: true },
    });
  });

  test('names each key that nobody reads, and each value that is none', () => {
    const context = { emulatr: 'true', account: '12345', emulator: 'yes', removalPolicy: 'keep' };

    expect(faultsOf(() => readContext(context))).toEqual([
      'emulatr: got a key that nobody reads, allowed are account, config, emulator, region, removalPolicy',
      'account: got "12345", allowed is twelve digits',
      'emulator: got "yes", allowed is true or false',
      'removalPolicy: got "keep", allowed is retain or destroy',
    ]);
  });
});

describe('where the stack goes', () => {
  const settings = oneTargetSettings();
  const credentials = { account: '111111111111', region: 'us-east-1' };

  test('is open without credentials and context', () => {
    expect(environmentOf({}, {}, settings)).toBeUndefined();
    // What the CLI says when it found no account.
    expect(environmentOf({}, { region: 'us-east-1' }, settings)).toBeUndefined();
  });

  test('is where the credentials lead, or where the context says', () => {
    expect(environmentOf({}, credentials, settings)).toEqual(credentials);
    expect(environmentOf({ account: '222222222222', region: 'us-west-2' }, {}, settings)).toEqual({
      ...{ account: '222222222222', region: 'us-west-2' },
    });
  });

  test('is not where only the credentials lead, when the context names another place', () => {
    const context = { account: '222222222222', region: 'eu-west-1' };

    expect(faultsOf(() => environmentOf(context, credentials, settings))).toEqual([
      'account: the credentials lead to 111111111111, allowed is 222222222222 (context)',
      'region: the credentials lead to us-east-1, allowed is eu-west-1 (context)',
    ]);
  });

  test.each([
    ['us-est-1', 'region: got "us-est-1", allowed is a region of AWS, such as us-east-1'],
    [
      'cn-north-1',
      'region: got "cn-north-1", allowed is one of the same partition as the chain\'s us-east-1',
    ],
  ])('is not %s', (region, fault) => {
    const account = '111111111111';

    expect(faultsOf(() => environmentOf({}, { account, region }, settings))).toEqual([fault]);
  });
});
