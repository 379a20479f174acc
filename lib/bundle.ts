import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType, DockerImage } from 'aws-cdk-lib/core';
import { DEPLOYED_SETTINGS_FILE } from '../lambda/contract/env.ts';
import type { CircuitStorePolicy } from '../lambda/contract/policy.ts';
import type { BundleOptions } from './run-esbuild.ts';

export const HANDLERS = [
  'request',
  'status',
  'worker',
  'sweeper',
  'admin',
  'lifecycle',
  'prober',
] as const;
export type HandlerName = (typeof HANDLERS)[number];

/**
 * Returns the code of a handler: its bundle, or a fixture in a template test. `deployedSettings` is the
 * content of the file `deployed-settings.json`, which the handler reads from the folder of its code.
 */
export type HandlerCode = (handler: HandlerName, deployedSettings: string) => Code;

/**
 * Bundles each handler into one script, with its dependencies and the AWS SDK, so that the code runs
 * with the SDK that it was tested with. One esbuild run makes all bundles. It starts when CDK asks
 * for the first asset, so `cdk ls` does not bundle. The Redis client, a fifth of a bundle, and the
 * client that reads its password are included only if the store is Redis.
 */
export function bundledHandlers(store: CircuitStorePolicy['store'] = 'dynamodb'): HandlerCode {
  let bundles: ReadonlyMap<string, Uint8Array> | undefined;
  return (handler, deployedSettings) =>
    Code.fromAsset(join(PROJECT, 'lambda', handler), {
      // The asset's hash covers the bundle, so a new version of a dependency updates the function.
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        // CDK requires an image in case local bundling fails. Here it is never used.
        image: DockerImage.fromRegistry('unused'),
        // CDK reuses an asset of the same app if its options are equal, so the options must tell
        // instances with different settings apart.
        environment: { store, deployedSettings },
        local: {
          tryBundle(outputDir) {
            bundles ??= runEsbuild(store === 'redis' ? [] : ONLY_FOR_REDIS);
            const bundle = bundles.get(handler);
            if (!bundle) throw new Error(`esbuild made no bundle for the handler ${handler}`);
            writeFileSync(join(outputDir, 'index.mjs'), bundle);
            writeFileSync(join(outputDir, DEPLOYED_SETTINGS_FILE), deployedSettings);
            return true;
          },
        },
      },
    });
}

const ONLY_FOR_REDIS = ['ioredis', '@aws-sdk/client-secrets-manager'];

const THIS_FILE = fileURLToPath(import.meta.url);
const PROJECT = dirname(dirname(THIS_FILE));
/** The extension of the sources: `.ts` in this repository, `.js` in an installed package. */
const EXTENSION = extname(THIS_FILE);

/** Returns the bundle of each handler. */
function runEsbuild(external: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const outdir = mkdtempSync(join(tmpdir(), 'holdfast-bundles-'));
  try {
    const options: BundleOptions = {
      absWorkingDir: PROJECT,
      entryPoints: HANDLERS.map((name) => ({
        in: `lambda/${name}/handler${EXTENSION}`,
        out: name,
      })),
      external: [...external],
      outdir,
    };
    const script = join(dirname(THIS_FILE), `run-esbuild${EXTENSION}`);
    execFileSync(process.execPath, [script, JSON.stringify(options)], { stdio: 'inherit' });
    return new Map(HANDLERS.map((name) => [name, readFileSync(join(outdir, `${name}.js`))]));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
