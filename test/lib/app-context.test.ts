import { describe, expect, test } from '@jest/globals';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { environmentOf, readContext } from '../../lib/app-context.ts';
import { faultsOf } from '../support/settings-faults.ts';
import { anApp, oneTargetSettings } from '../support/stack.ts';

describe('the context of the app', () => {
  test('may contain the keys of CDK', () => {
    const context = {
      ...anApp().node.getAllContext(),
      'availability-zones:account=123456789012:region=us-east-1': ['us-east-1a'],
      'aws:cdk:bundling-stacks': ['**'],
      'cli-telemetry': false,
    };

    expect(readContext(context)).toEqual({ emulator: false, gatewayLogRole: false });
  });

  test('is read from flags, which are strings, and from cdk.json', () => {
    const flags = { account: '123456789012', region: 'eu-west-1', emulator: 'true' };
    const others = {
      removalPolicy: 'destroy',
      config: 'a.json',
      statusConcurrency: '50',
      gatewayLogRole: 'true',
      corsOrigins: 'https://a.example,https://b.example',
    };

    expect(readContext({ ...flags, ...others })).toEqual({
      account: '123456789012',
      region: 'eu-west-1',
      emulator: true,
      removalPolicy: RemovalPolicy.DESTROY,
      config: 'a.json',
      statusConcurrency: 50,
      gatewayLogRole: true,
      corsOrigins: ['https://a.example', 'https://b.example'],
    });
    const numbers = { account: 123456789012, statusConcurrency: 50 };
    expect(readContext({ ...numbers, emulator: true })).toMatchObject({
      account: '123456789012',
      emulator: true,
      statusConcurrency: 50,
    });
  });

  test('is refused with each unknown key and each value that is not allowed', () => {
    const context = {
      ...{ emulatr: 'true', account: '12345', emulator: 'yes', removalPolicy: 'keep' },
      statusConcurrency: '0',
      gatewayLogRole: 'no',
    };

    expect(faultsOf(() => readContext(context))).toEqual([
      'emulatr: got an unknown key, allowed are account, config, corsOrigins, emulator, gatewayLogRole, region, removalPolicy, statusConcurrency',
      'account: got "12345", allowed is twelve digits',
      'emulator: got "yes", allowed is true or false',
      'gatewayLogRole: got "no", allowed is true or false',
      'removalPolicy: got "keep", allowed is retain or destroy',
      'statusConcurrency: got "0", allowed is a whole number from 1',
    ]);
  });
});

describe('the account and region of the stack', () => {
  const settings = oneTargetSettings();
  const credentials = { account: '111111111111', region: 'us-east-1' };

  test('are undefined without credentials and context', () => {
    expect(environmentOf({}, {}, settings)).toBeUndefined();
    // The CLI passes only a region if it has no credentials.
    expect(environmentOf({}, { region: 'us-east-1' }, settings)).toBeUndefined();
  });

  test('come from the credentials or from the context', () => {
    expect(environmentOf({}, credentials, settings)).toEqual(credentials);
    expect(environmentOf({ account: '222222222222', region: 'us-west-2' }, {}, settings)).toEqual({
      account: '222222222222',
      region: 'us-west-2',
    });
  });

  test('are refused if the credentials and the context differ', () => {
    const context = { account: '222222222222', region: 'eu-west-1' };

    expect(faultsOf(() => environmentOf(context, credentials, settings))).toEqual([
      'account: got 111111111111 from the credentials, allowed is 222222222222 as in the context',
      'region: got us-east-1 from the credentials, allowed is eu-west-1 as in the context',
    ]);
  });

  test.each([
    ['us-est-1', 'region: got "us-est-1", allowed is an AWS region such as us-east-1'],
    [
      'cn-north-1',
      'region: got "cn-north-1", allowed is a region in the same partition as the target in us-east-1',
    ],
  ])('are refused for the region %s', (region, fault) => {
    const account = '111111111111';

    expect(faultsOf(() => environmentOf({}, { account, region }, settings))).toEqual([fault]);
  });
});
