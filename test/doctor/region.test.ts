import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkRegion, regionOfShell } from '../../doctor/region.ts';
import { someSettings } from '../support/settings.ts';

describe('the check of the region', () => {
  test.each([
    ['us-east-1', 'good', 'a chain has targets here'],
    ['eu-west-1', 'warning', 'no chain has a target here, only in us-east-1'],
    [undefined, 'warning', 'no region is set, so a deploy goes to us-east-1'],
  ])('%s is %s', (region, level, found) => {
    expect(checkRegion(region, someSettings())).toMatchObject({ check: 'region', level, found });
  });
});

describe('the region of the shell', () => {
  const before = { ...process.env };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-region-'));
    const file = join(folder, 'config');
    writeFileSync(file, '[default]\nregion = eu-west-1\n[profile empty]\noutput = json\n');
    process.env.AWS_CONFIG_FILE = file;
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE'])
      delete process.env[name];
  });
  afterEach(() => {
    process.env = { ...before };
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['AWS_REGION', { AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: 'us-east-2' }, 'us-west-2'],
    ['AWS_DEFAULT_REGION', { AWS_DEFAULT_REGION: 'us-east-2' }, 'us-east-2'],
    ['the profile', {}, 'eu-west-1'],
    ['nothing', { AWS_PROFILE: 'empty' }, undefined],
  ])('comes from %s', async (_, env, region) => {
    Object.assign(process.env, env);
    expect(await regionOfShell()).toBe(region);
  });
});
