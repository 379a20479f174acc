import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** Node keeps compiled modules in this folder, so that later starts of a command load faster. */
export const COMPILE_CACHE = join(tmpdir(), 'holdfast-compile-cache');

const APP = fileURLToPath(new URL('../bin/app.ts', import.meta.url));

/** Thrown if the app cannot be synthesized. The message is the app's own output. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
}

/**
 * Synthesizes the CDK app into a cloud assembly, in a child process. CDK's modules then do not stay in
 * memory, and the caller can load its own modules meanwhile.
 *
 * @param configFile the settings. @default holdfast.config.ts of the project
 * @returns the folder of the assembly
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
      // The shell's AWS account and Region do not apply to the embedded run.
      CDK_DEFAULT_ACCOUNT: undefined,
      CDK_DEFAULT_REGION: undefined,
      // CDK's policy check takes longer than the synth itself. The tests and `cdk synth` run it.
      CDK_VALIDATION: 'false',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
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

/** Removes the progress lines, which CDK writes to the same stream as its errors. */
function withoutProgress(output: string): string {
  const lines = output.split('\n').filter((line) => !line.startsWith('Bundling asset '));
  return lines.join('\n').trim();
}
