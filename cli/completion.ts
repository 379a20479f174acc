import { Argument, type Command } from 'commander';
import { describe } from './command-parts.ts';
import type { Act } from './session.ts';

const SHELLS = ['bash', 'zsh', 'fish'];

/** The hidden command with which a completion script asks for the words that may come next. */
export const COMPLETE = 'complete';

export function addCompletion(program: Command, act: Act): void {
  const command = describe(
    program.command('completion'),
    'Prints a script that completes commands and options in a shell.',
    [
      'source <(holdfast completion bash)',
      'holdfast completion zsh >> ~/.zshrc',
      'holdfast completion fish > ~/.config/fish/completions/holdfast.fish',
    ],
  )
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .option('--json', 'prints one JSON document with the script');
  act<object>(command, async ({ terminal }, shell = '') => {
    const { script } = await import('@bomb.sh/tab');
    const text = printed(() => script(shell as never, program.name(), program.name()));
    terminal.write(terminal.isJson ? `${JSON.stringify({ shell, script: text })}\n` : text);
    return undefined;
  });
}

/** Answers a completion script: prints the words that may come after `args`. */
export async function complete(
  program: Command,
  args: readonly string[],
  write: (text: string) => unknown,
): Promise<void> {
  const { default: describeProgram } = await import('@bomb.sh/tab/commander');
  const words = describeProgram(program);
  write(printed(() => words.parse([...args])));
}

/** Returns what the library prints. It writes to the global console only. */
function printed(work: () => void): string {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: string) => lines.push(line);
  try {
    work();
  } finally {
    console.log = log;
  }
  return lines.map((line) => `${line}\n`).join('');
}
