import { type ChildProcess, spawn } from 'node:child_process';

/** The number of output lines that the error of a failed command quotes. */
const LAST_LINES = 25;
/** The time between SIGTERM and SIGKILL. */
const GRACE_MS = 5_000;

export interface CommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A signal that ends the command and the processes that it started. */
  readonly signal: AbortSignal;
}

/** Runs a program and returns its output. If it fails, throws an error with the last lines. */
export async function command(
  program: string,
  args: readonly string[],
  { env, signal }: CommandOptions,
): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const stop = () => void endGroup(child);
  signal.addEventListener('abort', stop);
  try {
    const status = await ended(child);
    if (status === 0) return output;
    const last = output.trim().split('\n').slice(-LAST_LINES).join('\n');
    throw new Error(`${program} ${args[0]} ended with ${status}:\n${last}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Ends a process and its group: with SIGTERM, and after `GRACE_MS` with SIGKILL. */
export async function endGroup(leader: ChildProcess): Promise<void> {
  const exited = ended(leader);
  signalGroup(leader, 'SIGTERM');
  const forced = setTimeout(() => signalGroup(leader, 'SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(forced);
  // The leader may have left processes of its group behind.
  signalGroup(leader, 'SIGKILL');
}

function ended(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode ?? child.signalCode);
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (status, signal) => resolve(status ?? signal));
  });
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error: unknown) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}
