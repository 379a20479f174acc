import type { Handler } from '../../console/server/loopback.ts';
import type { LocalConsoleOptions } from './console.ts';

/** Loads the console when its first page opens, so that the run starts without it. */
export function consoleOnDemand(options: LocalConsoleOptions): Handler {
  let handler: Promise<Handler> | undefined;
  return async (request, response) => {
    handler ??= import('./console.ts').then(({ createLocalConsole }) =>
      createLocalConsole(options),
    );
    return (await handler)(request, response);
  };
}
