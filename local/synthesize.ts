import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const APP = fileURLToPath(new URL('../bin/app.ts', import.meta.url));

/** Why the app could not be synthesized, in the app's own words. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
}

/**
 * Synthesizes the CDK app into a cloud assembly, in a process of its own: what the app loads is
 * gone afterwards, and the caller can get ready beside it.
 *
 * @param configFile of the settings. @default holdfast.config.ts of the project
 * @returns the assembly's folder
 */
export async function synthesize({
  configFile,
  outDir,
  signal,
}: {
  readonly configFile?: string;
  readonly outDir: string;
  readonly signal?: AbortSignal;
}): Promise<string> {
  const child = spawn(process.execPath, [APP], {
    signal,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      CDK_OUTDIR: outDir,
      // The stack must not be bound to the account that the shell happens to name.
      CDK_DEFAULT_ACCOUNT: undefined,
      CDK_DEFAULT_REGION: undefined,
      // CDK's own policy check takes longer than all the rest; the tests and `cdk synth` run it.
      CDK_VALIDATION: 'false',
      // From the second start on, the app's modules come compiled.
      NODE_COMPILE_CACHE: join(tmpdir(), 'holdfast-compile-cache'),
      ...(configFile && { HOLDFAST_CONFIG: configFile }),
    },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('exit', resolve);
  });
  const [status, output] = await Promise.all([ended, text(child.stderr)]);
  if (status !== 0) throw new SynthesisError(withoutProgress(output));
  return outDir;
}

/** CDK reports each bundle on the same stream as its errors. */
function withoutProgress(output: string): string {
  const lines = output.split('\n').filter((line) => !line.startsWith('Bundling asset '));
  return lines.join('\n').trim();
}
