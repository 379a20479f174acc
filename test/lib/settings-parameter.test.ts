import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Stack, Token } from 'aws-cdk-lib/core';
import { readDeployedSettings } from '../../lambda/aws/deployed-settings.ts';
import { DEPLOYED_SETTINGS_FILE, ENV } from '../../lambda/contract/env.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import { Holdfast, type HoldfastProps } from '../../lib/holdfast.ts';
import { defaultTiers } from '../support/settings.ts';
import { faultsOf } from '../support/settings-faults.ts';
import { anApp, aTemplate, oneTargetSettings } from '../support/stack.ts';
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

function parameterOf(settings: Settings) {
  return propertiesOf(aTemplate({ settings }), 'AWS::SSM::Parameter', 'SettingsParameter');
}

describe('the settings parameter', () => {
  test('contains the settings with all defaults', () => {
    const settings = oneTargetSettings({ breaker: { cooldownSeconds: 7 } });

    const { Type, Value } = parameterOf(settings);

    expect(Type).toBe('String');
    expect(JSON.parse(String(Value))).toEqual(settings);
  });

  test('leaves the tier to SSM, which refuses to go back from the advanced tier', () => {
    const tiers = [10, 80, 10].map((tenants) => parameterOf(settingsOfSize(tenants)).Tier);

    expect(tiers).toEqual(Array.from({ length: 3 }, () => 'Intelligent-Tiering'));
  });

  test('refuses settings above 8 KB, the limit of SSM, in one line', () => {
    expect(faultsOf(() => parameterOf(settingsOfSize(160)))).toEqual([
      expect.stringMatching(
        /^settings: got \d+ bytes of JSON, allowed is at most 8192, .+; shorten /,
      ),
    ]);
  });

  test('refuses a text that SSM takes for another parameter', () => {
    const [tier] = defaultTiers(oneTargetSettings());
    const settings = oneTargetSettings({
      tiers: [{ ...tier, simplify: 'Fill {{name}}.' }] as never,
    });

    expect(faultsOf(() => parameterOf(settings))).toEqual([expect.stringContaining('{{')]);
  });
});

describe('the deployed settings', () => {
  let folder: string;
  let before: NodeJS.ProcessEnv;
  beforeEach(async () => {
    before = { ...process.env };
    folder = await mkdtemp(join(tmpdir(), 'holdfast-'));
  });
  afterEach(async () => {
    process.env = before;
    await rm(folder, { recursive: true });
  });

  /** Replaces references by what CloudFormation would put in their place. */
  function asDeployed(text: string): string {
    const values = ['other-key', 'cache.example', '6379'];
    const references = ['{OtherKey}', '{LlmCache.Endpoint.Address}', '{LlmCache.Endpoint.Port}'];
    return references.reduce((all, each, i) => all.replace(each, values[i] ?? ''), text);
  }

  /** Reads the settings of an instance as its functions read them from the folder of their code. */
  async function readBack(props: Pick<HoldfastProps, 'settings' | 'valkey'>) {
    const stack = new Stack(anApp(), 'Ours');
    const given = new Set<string>();
    new Holdfast(stack, 'Llm', {
      ...props,
      vpc: new Vpc(stack, 'Vpc'),
      code: (_, deployedSettings) => {
        given.add(deployedSettings);
        return Code.fromInline('export const handler = () => {};');
      },
    });
    const { Environment } = propertiesOf(
      Template.fromStack(stack),
      'AWS::Lambda::Function',
      'LlmWorkerFunctionHandler',
    );
    const { Variables } = Environment as { Variables: Record<string, string> };
    const texts = Variables[ENV.deployedTexts];
    if (texts !== undefined) process.env[ENV.deployedTexts] = asDeployed(texts);
    const [file = '', ...others] = given;
    expect(others).toEqual([]);
    await writeFile(join(folder, DEPLOYED_SETTINGS_FILE), file);
    return { file, read: readDeployedSettings(pathToFileURL(`${folder}/`)), Variables };
  }

  test('travel with the code of every function', async () => {
    const settings = oneTargetSettings({ breaker: { cooldownSeconds: 7 } });

    const { read, Variables } = await readBack({ settings });

    expect(read).toEqual(settings);
    expect(Variables).not.toHaveProperty(ENV.deployedTexts);
  });

  test('contain the texts that only CloudFormation knows', async () => {
    const keyId = Token.asString({ Ref: 'OtherKey' });
    const settings = oneTargetSettings({ tenants: { [keyId]: 'search', 'key-2': 'chat' } });

    const { file, read } = await readBack({ settings, valkey: true });

    expect(file).not.toContain('${Token');
    expect(read.tenants).toEqual({ 'other-key': 'search', 'key-2': 'chat' });
    expect(read.breaker.redisUrl).toBe('rediss://cache.example:6379?cluster=true');
  });
});
