import { describe, expect, test } from '@jest/globals';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { propertiesOf } from '../support/template.ts';

/** Returns settings with this many tenants, each of which takes about 60 bytes. */
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
  test('contains the settings with all defaults', () => {
    const settings = oneTargetSettings({ breaker: { cooldownSeconds: 7 } });

    const { Type, Tier, Value } = parameterOf(settings);

    expect({ Type, Tier }).toEqual({ Type: 'String', Tier: 'Standard' });
    expect(JSON.parse(String(Value))).toEqual(settings);
  });

  test('has a copy of the deployed settings, which no edit changes', () => {
    const { Value, Type } = parameterOf(oneTargetSettings(), 'SettingsDeployed');

    expect({ Value, Type }).toEqual({ Value: parameterOf().Value, Type: 'String' });
  });

  test('uses the advanced tier above 4 KB', () => {
    expect(parameterOf(settingsOfSize(80)).Tier).toBe('Advanced');
  });

  test('refuses settings above 8 KB, the limit of SSM', () => {
    expect(() => parameterOf(settingsOfSize(160))).toThrow(
      /settings: got \d+ bytes of JSON, allowed is at most 8192/,
    );
  });
});
