import type { Command } from 'commander';
import { CommandError } from './command-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { findInstance } from './find-instance.ts';
import type { Instance, InstanceOptions } from './instance.ts';
import { Terminal } from './terminal.ts';
import type { World } from './world.ts';

/** One run of a command. */
export interface Session<Options> {
  readonly options: Options;
  readonly terminal: Terminal;
  readonly world: World;
  /** Finds the instance that the options name. */
  instance(): Promise<Instance>;
  /** Sets what the user is told if the command is interrupted from now on. */
  ifInterrupted(message: string): void;
}

/** The work of a command. It returns an exit code unless all went well. */
export type Work<Options> = (
  session: Session<Options>,
  ...args: readonly (string | undefined)[]
) => Promise<ExitCode | undefined>;

/** Gives a command its work. */
export type Act = <Options>(command: Command, work: Work<Options>) => void;

/** After this time a command says that it waits. */
const SILENT_MS = 2_000;

/** Returns the function with which commands register their work. `onExit` gets the exit code of a run. */
export function createAct(world: World, onExit: (code: ExitCode) => void): Act {
  return (command, work) => {
    command.action(async (...given: unknown[]) => {
      // Commander passes the arguments, then the options and the command.
      const args = given.slice(0, -2) as (string | undefined)[];
      const options = command.opts();
      const terminal = new Terminal(world, options);
      let interrupted = 'Interrupted.';
      const session = {
        options: options as never,
        terminal,
        world,
        instance: () => findInstance(options as InstanceOptions, world),
        ifInterrupted: (message: string) => {
          interrupted = message;
        },
      };
      const ended = new AbortController();
      showThatItWaits(terminal, world, ended.signal);
      try {
        const code = await Promise.race([
          work(session, ...args),
          interruption(world.signal, ended.signal, () => interrupted),
        ]);
        onExit(code ?? EXIT.ok);
      } finally {
        ended.abort();
        terminal.clearProgress();
      }
    });
  };
}

function showThatItWaits(terminal: Terminal, { clock }: World, ended: AbortSignal): void {
  void clock.sleep(SILENT_MS, ended).then(() => {
    if (!ended.aborted && !terminal.showsProgress) terminal.progress('waiting for a response …');
  });
}

function interruption(
  signal: AbortSignal,
  ended: AbortSignal,
  message: () => string,
): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(new CommandError(EXIT.interrupted, message()));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true, signal: ended });
  });
}
