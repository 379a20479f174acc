import { ConnectionError } from '../console/server/stack-connection.ts';
import {
  type ConsoleStartOptions,
  type StartedConsole,
  startConsole,
} from '../console/server/start-console.ts';
import { CommandError } from './command-error.ts';
import { CONNECTION_EXITS } from './exit-codes.ts';

/** Starts the console of a deployed stack. */
export async function startStackConsole(options: ConsoleStartOptions): Promise<StartedConsole> {
  try {
    return await startConsole(options);
  } catch (error: unknown) {
    if (!(error instanceof ConnectionError)) throw error;
    throw new CommandError(CONNECTION_EXITS[error.kind], error.message);
  }
}
