import { writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType, DockerImage } from 'aws-cdk-lib/core';
import { buildSync } from 'esbuild';
import { DEPLOYED_SETTINGS_FILE } from '../lambda/contract/env.ts';
import type { CircuitStorePolicy } from '../lambda/contract/policy.ts';

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

/** Defines `require`, which CommonJS packages call and which an ES module does not have. */
const REQUIRE_BANNER =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

function runEsbuild(external: string[]): ReadonlyMap<string, Uint8Array> {
  const { outputFiles } = buildSync({
    absWorkingDir: PROJECT,
    entryPoints: HANDLERS.map((name) => ({ in: `lambda/${name}/handler${EXTENSION}`, out: name })),
    outdir: 'bundle',
    write: false,
    bundle: true,
    external,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Prefers ES modules: esbuild can drop unused code only from these.
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_BANNER },
    // Identifiers keep their names, so that stack traces in the logs stay readable.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'error',
  });
  return new Map(outputFiles.map((file) => [basename(file.path, '.js'), file.contents]));
}
