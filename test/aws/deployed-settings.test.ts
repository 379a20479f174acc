import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readDeployedSettings } from '../../lambda/aws/deployed-settings.ts';
import { DEPLOYED_SETTINGS_FILE, ENV } from '../../lambda/contract/env.ts';
import { someSettings } from '../support/settings.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-settings-'));
});
afterEach(async () => {
  delete process.env[ENV.deployedTexts];
  await rm(folder, { recursive: true });
});

/** Returns the tenants of settings that were deployed with these tenants and texts. */
async function tenantsOf(tenants: Record<string, string>, texts?: readonly string[]) {
  if (texts) process.env[ENV.deployedTexts] = JSON.stringify(texts);
  const file = join(folder, DEPLOYED_SETTINGS_FILE);
  await writeFile(file, JSON.stringify(someSettings({ tenants })));
  return readDeployedSettings(pathToFileURL(`${folder}/`)).tenants;
}

describe('the deployed settings', () => {
  test('are those of the file beside the bundle', async () => {
    expect(await tenantsOf({ key: 'search' })).toEqual({ key: 'search' });
  });

  test('have the texts of the environment at their places', async () => {
    const texts = Array.from({ length: 13 }, (_, i) => `text ${i}`);

    expect(await tenantsOf({ '{{0}}': 'a', '{{12}}': 'b', '{{x}}': 'c' }, texts)).toEqual({
      'text 0': 'a',
      'text 12': 'b',
      '{{x}}': 'c',
    });
  });

  test('may have texts with quotes and line breaks', async () => {
    expect(await tenantsOf({ '{{0}}': 'a' }, ['a "b"\n'])).toEqual({ 'a "b"\n': 'a' });
  });

  test('have nothing at a place whose text is missing', async () => {
    expect(await tenantsOf({ 'key-{{0}}': 'a' })).toEqual({ 'key-': 'a' });
  });

  test('must be there', () => {
    expect(() => readDeployedSettings(pathToFileURL(`${folder}/`))).toThrow(DEPLOYED_SETTINGS_FILE);
    expect(() => readDeployedSettings()).toThrow(/aws.deployed-settings\.json/);
  });
});
