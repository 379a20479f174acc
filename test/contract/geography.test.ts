import { describe, expect, test } from '@jest/globals';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import {
  destinationRegions,
  GEOGRAPHIES,
  hasBedrock,
  profileOf,
} from '../../lambda/contract/geography.ts';

const region = 'us-east-1';

describe('profileOf', () => {
  test.each([
    ['us.anthropic.claude-sonnet-4-6', 'anthropic.claude-sonnet-4-6', 'us'],
    ['eu.amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0', 'eu'],
    [
      'jp.anthropic.claude-haiku-4-5-20251001-v1:0',
      'anthropic.claude-haiku-4-5-20251001-v1:0',
      'jp',
    ],
    [
      'apac.anthropic.claude-sonnet-4-20250514-v1:0',
      'anthropic.claude-sonnet-4-20250514-v1:0',
      'apac',
    ],
    ['global.anthropic.claude-sonnet-5', 'anthropic.claude-sonnet-5', 'global'],
    ['us-gov.anthropic.claude-sonnet-4-5', 'anthropic.claude-sonnet-4-5', 'us-gov'],
    ['ca.amazon.nova-lite-v1:0', 'amazon.nova-lite-v1:0', 'ca'],
    [
      'arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic.claude-sonnet-4-6',
      'anthropic.claude-sonnet-4-6',
      'us',
    ],
  ])('reads %s as %s in %s', (modelId, model, geography) => {
    expect(profileOf({ region, modelId })).toEqual({ model, geography });
  });

  test.each([
    'anthropic.claude-sonnet-4-6',
    'ai21.jamba-1-5-large-v1:0',
    'deepseek.v3.2',
    'zai.glm-4.7',
    'meta.llama3-3-70b-instruct-v1:0',
  ])('reads %s as a model without a geography', (modelId) => {
    expect(profileOf({ region, modelId })).toEqual({ model: modelId });
  });

  test('uses the model and geography of the settings, if given, instead of the id', () => {
    const target = {
      region,
      modelId: 'us.custom',
      model: 'amazon.nova-lite-v1:0',
      geography: 'eu',
    };

    expect(profileOf(target)).toEqual({ model: 'amazon.nova-lite-v1:0', geography: 'eu' });
  });
});

describe('destinationRegions', () => {
  test.each([
    ['us', 'us-east-2'],
    ['eu', 'eu-north-1'],
    ['jp', 'ap-northeast-3'],
    ['au', 'ap-southeast-4'],
    ['apac', 'ap-south-1'],
  ])('of %s include %s', (geography, expected) => {
    expect(destinationRegions(geography)).toContain(expected);
  });

  test('are regions, each named once', () => {
    for (const geography of GEOGRAPHIES) {
      const regions = destinationRegions(geography) ?? [];
      expect(new Set(regions).size).toBe(regions.length);
      for (const each of regions) expect(each).toMatch(/^[a-z]{2}-[a-z]+-\d$/);
    }
  });

  test('of a global profile are empty', () => {
    expect(destinationRegions('global')).toEqual([]);
  });

  test.each(['mars', '', 'constructor', 'toString'])('of %j are not known', (geography) => {
    expect(destinationRegions(geography)).toBeUndefined();
  });
});

describe('hasBedrock', () => {
  test('is true for every region in which a profile may run', () => {
    const destinations = GEOGRAPHIES.flatMap((geography) => destinationRegions(geography) ?? []);

    expect(destinations.filter((each) => !hasBedrock(each))).toEqual([]);
  });

  test('is true for all commercial and government regions except the newest', () => {
    const regions = RegionInfo.regions.map(({ name }) => name);
    const others = regions.filter((name) => !hasBedrock(name));

    expect(others.filter((name) => !/^(cn|us-iso[bf]?|eu-isoe|eusc)-/.test(name))).toEqual([
      'me-west-1',
    ]);
    expect(hasBedrock('us-east-9')).toBe(false);
    expect(hasBedrock('toString')).toBe(false);
  });
});
