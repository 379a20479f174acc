import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib/core';
import { DEPLOYED_SETTINGS_FILE } from '../../lambda/contract/env.ts';
import type { CircuitStorePolicy } from '../../lambda/contract/policy.ts';
import { bundledHandlers } from '../../lib/bundle.ts';
import { Holdfast } from '../../lib/holdfast.ts';
import { synthesizeForTest } from '../e2e/assembly.ts';
import { anApp, aStack, oneTargetSettings } from '../support/stack.ts';

/** Synthesizes with real bundles. Returns the assembly's directory and the folders of its assets. */
function synthesize(
  context: Record<string, unknown> = {},
  store: CircuitStorePolicy['store'] = 'dynamodb',
) {
  const app = anApp();
  for (const [key, value] of Object.entries(context)) app.node.setContext(key, value);
  aStack({ code: bundledHandlers(store) }, app);
  const { directory } = app.synth();
  return { directory, assets: assetsIn(directory) };
}

function assetsIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => name.startsWith('asset.'));
}

describe('the bundles of the handlers', () => {
  const { directory, assets } = synthesize();

  test('are six, of one script each and the deployed settings', () => {
    expect(assets.map((asset) => readdirSync(join(directory, asset)))).toEqual(
      Array.from({ length: 6 }, () => [DEPLOYED_SETTINGS_FILE, 'index.mjs']),
    );
  });

  test('differ between two instances of an app that differ in their settings', () => {
    const app = anApp();
    const days = [1, 2];
    const code = bundledHandlers();
    for (const retentionDays of days) {
      const settings = oneTargetSettings({ jobs: { retentionDays } });
      const stack = new Stack(app, `Days${retentionDays}`);
      new Holdfast(stack, 'Llm', { settings, code });
    }
    const { directory: folder } = app.synth();

    const deployed = assetsIn(folder).map((asset) =>
      JSON.parse(readFileSync(join(folder, asset, DEPLOYED_SETTINGS_FILE), 'utf8')),
    );
    expect(deployed.map(({ jobs }) => jobs.retentionDays).sort()).toEqual(
      days.flatMap((each) => Array.from({ length: 6 }, () => each)),
    );
  });

  test('export the handler and need nothing but Node', () => {
    for (const asset of assets) {
      const source = readFileSync(join(directory, asset, 'index.mjs'), 'utf8');
      const imported = [...source.matchAll(/\bfrom\s*["']([^"']+)["']/g)].map(([, name]) => name);

      expect(source).toMatch(/export\s*\{[^}]*\bhandler\b[^}]*\}/);
      expect(imported.filter((name) => !isBuiltin(String(name)))).toEqual([]);
    }
  });

  test('keep function names for stack traces', () => {
    const sources = assets.map((asset) =>
      readFileSync(join(directory, asset, 'index.mjs'), 'utf8'),
    );

    expect(sources.every((source) => source.includes('function requiredEnv('))).toBe(true);
  });

  test('stay small, because a cold start reads the whole bundle', () => {
    const sizes = assets.map((asset) => statSync(join(directory, asset, 'index.mjs')).size);

    for (const bytes of sizes) expect(bytes).toBeLessThan(1_275_000);
  });

  test('contain the Redis client only if the store is Redis', () => {
    const withRedis = synthesize({}, 'redis');
    const clients = [{ directory, assets }, withRedis].map((synthesized) =>
      synthesized.assets.filter((asset) =>
        readFileSync(join(synthesized.directory, asset, 'index.mjs'), 'utf8').includes(
          'autoResendUnfulfilledCommands:!0',
        ),
      ),
    );

    // The lifecycle check and the status function use no circuits.
    expect(clients.map(({ length }) => length)).toEqual([0, withRedis.assets.length - 2]);
  });

  test('are the same in every run', async () => {
    const another = await synthesizeForTest();
    const scripts = [directory, another.dir].map((folder) =>
      assetsIn(folder)
        .map((asset) => readFileSync(join(folder, asset, 'index.mjs'), 'utf8'))
        .sort(),
    );

    expect(scripts[0]).toEqual(scripts[1]);
  }, 60_000);

  test('are not made if no stack is requested, as with cdk ls', () => {
    const listed = synthesize({ 'aws:cdk:bundling-stacks': [] });

    const bundles = listed.assets.filter((asset) =>
      existsSync(join(listed.directory, asset, 'index.mjs')),
    );
    expect(bundles).toEqual([]);
  });
});
