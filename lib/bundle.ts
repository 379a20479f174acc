import { writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType, DockerImage } from 'aws-cdk-lib/core';
import { buildSync } from 'esbuild';
import type { CircuitStorePolicy } from '../lambda/contract/policy.ts';

export const HANDLERS = ['request', 'worker', 'sweeper', 'admin', 'lifecycle', 'prober'] as const;
export type HandlerName = (typeof HANDLERS)[number];

/** Where a function's code comes from: the bundle, or a fixture in a template test. */
export type HandlerCode = (handler: HandlerName) => Code;

/**
 * All handlers by one esbuild run, each with its dependencies and the AWS SDK in one file: what was
 * tested is what runs, whatever SDK the runtime brings. The run waits until CDK asks for the first
 * asset, so `cdk ls` needs none. The Redis client is a fifth of a bundle: it is in it only for a
 * store that needs it.
 */
export function bundledHandlers(store: CircuitStorePolicy['store'] = 'dynamodb'): HandlerCode {
  let bundles: ReadonlyMap<string, Uint8Array> | undefined;
  return (handler) =>
    Code.fromAsset(join(PROJECT, 'lambda', handler), {
      // The bundle's content names the asset, so a changed dependency is a changed function.
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        // CDK wants an image for the case that the local bundling declines; it never does.
        image: DockerImage.fromRegistry('unused'),
        local: {
          tryBundle(outputDir) {
            bundles ??= runEsbuild(store === 'redis' ? [] : ['ioredis']);
            writeFileSync(join(outputDir, 'index.mjs'), bundles.get(handler) ?? '');
            return true;
          },
        },
      },
    });
}

const THIS_FILE = fileURLToPath(import.meta.url);
const PROJECT = dirname(dirname(THIS_FILE));
/** In a package that others installed all of it is JavaScript. */
const EXTENSION = extname(THIS_FILE);

/** CommonJS packages call `require` for Node's own modules, and an ES module has none. */
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
    // The ES module builds of the SDK, as esbuild drops what is unused only from these.
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_BANNER },
    // Names stay, so that a stack trace in a log can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'error',
  });
  return new Map(outputFiles.map((file) => [basename(file.path, '.js'), file.contents]));
}
