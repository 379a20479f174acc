import type { Command } from 'commander';

/** What several commands share: their options, and the form of their help. */

/** Adds the options that say which instance is meant, and those of the output. */
export function withInstance(command: Command): Command {
  return withOutput(
    command
      .option('--stack <name>', 'the name of a deployed stack (default: the embedded run)')
      .option('--profile <name>', 'the profile with the AWS credentials')
      .option('--region <region>', 'the region of the stack')
      .option('--url <url>', 'the address of the API (default: HOLDFAST_URL)'),
  );
}

export function withOutput(command: Command): Command {
  return command
    .option('--json', 'prints one JSON document')
    .option('--no-color', 'prints no colours');
}

/** Sets the texts of the help, which begins with examples. */
export function describe(
  command: Command,
  description: string,
  examples: readonly string[],
): Command {
  return command
    .description(description)
    .addHelpText('before', `Examples:\n${examples.map((line) => `  ${line}`).join('\n')}\n`);
}
