import { describe, expect, test } from '@jest/globals';
import {
  scopeName,
  scopesOfChains,
  scopesOfTarget,
  splitScopeName,
} from '../../../lambda/core/breaker/override-scopes.ts';
import { someSettings } from '../../support/settings.ts';

const SONNET = 'us-east-1/us.anthropic.claude-sonnet-4-6';

describe('the scopes of a target', () => {
  test('are its own, its profile, its model and its region', () => {
    expect(scopesOfTarget(SONNET)).toEqual([
      `target/${SONNET}`,
      'profile/us.anthropic.claude-sonnet-4-6',
      'model/anthropic.claude-sonnet-4-6',
      'region/us-east-1',
    ]);
  });

  test('are found although the id of its model has slashes', () => {
    const id = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123';

    expect(scopesOfTarget(`us-east-1/${id}`).slice(0, 2)).toEqual([
      `target/us-east-1/${id}`,
      `profile/${id}`,
    ]);
  });

  test('are only its own for a key of another form', () => {
    expect(scopesOfTarget('payments')).toEqual(['target/payments']);
  });

  test('name the model that the settings give for a custom profile', () => {
    const target = { region: 'us-east-1', modelId: 'abc123', model: 'anthropic.claude-sonnet-4-6' };
    const settings = someSettings({
      tiers: [{ name: 'only', targets: [target], maxTokens: 100 }],
    });
    const scopesOf = scopesOfChains(() => settings);

    expect(scopesOf('us-east-1/abc123')).toContain('model/anthropic.claude-sonnet-4-6');
    expect(scopesOf(SONNET)).toEqual(scopesOfTarget(SONNET));
  });
});

test('a scope name splits into its scope and key', () => {
  expect(splitScopeName(scopeName('target', SONNET))).toEqual({ scope: 'target', key: SONNET });
});
