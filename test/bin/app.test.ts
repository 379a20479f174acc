import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMPILE_CACHE } from '../../local/synthesize.ts';

/** Runs bin/app.ts as the CDK CLI does. */
function runApp(settings: string, context = {}, env = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-app-'));
  const config = join(directory, 'settings.json');
  writeFileSync(config, settings);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/app.ts'], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      HOLDFAST_CONFIG: config,
      CDK_OUTDIR: join(directory, 'out'),
      CDK_CONTEXT_JSON: JSON.stringify(context),
      ...env,
    },
  });
  return { status, stdout, stderr, config };
}

describe('bin/app.ts', () => {
  test('stops at an invalid setting with the field, the value and what is allowed', () => {
    const target = { region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' };
    const tiers = [{ name: 'only', targets: [target], maxTokens: 0 }];

    const { status, stdout, stderr, config } = runApp(JSON.stringify({ tiers }));

    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: `${config} is not usable:\n  tiers[0].maxTokens: got 0, allowed is at least 1\n`,
    });
  });

  test('stops at a target whose destinations are unknown', () => {
    const target = { region: 'us-east-1', modelId: 'ca.amazon.nova-lite-v1:0' };
    const tiers = [{ name: 'only', targets: [target], maxTokens: 9 }];

    const { status, stderr } = runApp(JSON.stringify({ tiers }));

    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^settings is not usable:\n {2}target us-east-1\/ca\.amazon\.nova-lite-v1:0: got geography "ca"/,
    );
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('stops at an unknown removal policy', () => {
    const target = { region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' };
    const tiers = [{ name: 'only', targets: [target], maxTokens: 9 }];

    const { status, stderr } = runApp(JSON.stringify({ tiers }), { removalPolicy: 'delete' });

    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        'context is not usable:\n  removalPolicy: got "delete", allowed is retain or destroy\n',
    });
  });

  test('stops if the credentials belong to another account than the context names', () => {
    const target = { region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' };
    const tiers = [{ name: 'only', targets: [target], maxTokens: 9 }];
    const credentials = { CDK_DEFAULT_ACCOUNT: '111111111111', CDK_DEFAULT_REGION: 'us-east-1' };

    const { status, stderr } = runApp(
      JSON.stringify({ tiers }),
      { account: '222222222222' },
      credentials,
    );

    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        'environment is not usable:\n' +
        '  account: got 111111111111 from the credentials, allowed is 222222222222 as in the context\n',
    });
  });
});
