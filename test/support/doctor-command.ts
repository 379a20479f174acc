import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../../local/synthesize.ts';

const COMMAND = fileURLToPath(new URL('../../bin/holdfast.ts', import.meta.url));

export interface CommandResult {
  readonly output: string;
  readonly errors: string;
  readonly exitCode: number | null;
}

/** Runs `holdfast` as a user does. The child process gets `env`, not the environment of the test. */
export async function runDoctor(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...env,
    },
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { output, errors, exitCode: await exited };
}
