/**
 * Bundles the handlers: `node run-esbuild.ts '{"entryPoints": …, "external": …, "outdir": …}'`. A process of
 * its own, because CDK bundles synchronously and esbuild's plugins run asynchronously.
 */
import { type BuildOptions, build } from 'esbuild';
import { leanSdk } from './lean-sdk.ts';

export type BundleOptions = Pick<
  BuildOptions,
  'absWorkingDir' | 'entryPoints' | 'external' | 'outdir'
>;

/** Defines `require`, which CommonJS packages call and which an ES module does not have. */
const REQUIRE_BANNER =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

const options: BundleOptions = JSON.parse(process.argv[2] ?? '{}');
await build({
  ...options,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Prefers ES modules: esbuild can drop unused code only from these.
  mainFields: ['module', 'main'],
  plugins: [leanSdk],
  banner: { js: REQUIRE_BANNER },
  // Identifiers keep their names, so that stack traces in the logs stay readable.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'error',
});
