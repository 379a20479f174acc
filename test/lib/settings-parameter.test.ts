import { describe, expect, test } from '@jest/globals';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { propertiesOf } from '../support/template.ts';

/** Some 60 bytes for each tenant. */
function settingsOfSize(tenants: number) {
  return oneTargetSettings({
    tenants: Object.fromEntries(
      Array.from({ length: tenants }, (_, i) => [
        `key-${i}`.padEnd(20, 'x'),
        `tenant-${i}`.padEnd(32, 'x'),
      ]),
    ),
  });
}

function parameterOf(settings = oneTargetSettings(), name = 'SettingsParameter') {
  return propertiesOf(aTemplate({ settings }), 'AWS::SSM::Parameter', name);
}

describe('the settings parameter', () => {
  test('carries the settings with all defaults', () => {
    const settings = oneTargetSettings({ breaker: { cooldownSeconds: 7 } });

    const { Type, Tier, Value } = parameterOf(settings);

    expect({ Type, Tier }).toEqual({ Type: 'String', Tier: 'Standard' });
    expect(JSON.parse(String(Value))).toEqual(settings);
  });

  test('lies beside what was deployed, which no edit touches', () => {
    const { Value, Type } = parameterOf(oneTargetSettings(), 'SettingsDeployed');

    expect({ Value, Type }).toEqual({ Value: parameterOf().Value, Type: 'String' });
  });

  test('takes the advanced tier above 4 KB', () => {
    expect(parameterOf(settingsOfSize(80)).Tier).toBe('Advanced');
  });

  test('refuses settings above the 8 KB that SSM takes', () => {
    expect(() => parameterOf(settingsOfSize(160))).toThrow(
      /settings: got \d+ bytes of JSON, allowed is at most 8192/,
    );
  });
});
