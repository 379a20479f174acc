import type { Clock } from '../console/server/clock.ts';
import type { RunFile } from '../console/server/run-file.ts';

export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Input extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean;
}

/** The parts of the process that a command uses. Tests give it others. */
export interface World {
  readonly stdin: Input;
  /** Gets the data that was asked for, and nothing else. */
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  /** The folder in which an embedded run announces itself with a file. */
  readonly runFolder: string;
  /** Returns the embedded run of this user, if one is up. */
  findRun(): RunFile | undefined;
}
