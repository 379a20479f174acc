import { type Command, Option } from 'commander';
import type { AdminHealth, Health } from '../client/client.ts';
import { duration } from './arguments.ts';
import { healthText } from './circuit-text.ts';
import { describe, withInstance } from './command-parts.ts';
import type { Act, Session } from './session.ts';
import { watchCircuits } from './watch-circuits.ts';

interface CircuitsOptions {
  readonly watch?: boolean;
  readonly every: number;
  readonly asOperator?: boolean;
}

export function addCircuits(program: Command, act: Act): void {
  const command = describe(
    program.command('circuits'),
    'Shows the circuits of all targets, and the health of the chains.',
    ['holdfast circuits', 'holdfast circuits --watch', 'holdfast circuits --as-operator --json'],
  )
    .addOption(
      new Option('--watch', 'shows each change until Ctrl-C: redrawn in a terminal').conflicts(
        'json',
      ),
    )
    .option('--every <duration>', 'the pause between two reads of --watch', duration, 2)
    .option('--as-operator', 'also shows overrides with reason and actor, with signed requests');
  act<CircuitsOptions>(withInstance(command), async (session) => {
    const { options, terminal } = session;
    const read = await reader(session);
    if (options.watch) return watchCircuits(read, options.every * 1000, session);
    terminal.print(await read(), healthText);
    return undefined;
  });
}

async function reader({
  options,
  instance,
}: Session<CircuitsOptions>): Promise<() => Promise<Health | AdminHealth>> {
  const found = await instance();
  if (!options.asOperator) {
    const client = found.client();
    return () => client.health();
  }
  const operator = await found.operator();
  return () => operator.health();
}
