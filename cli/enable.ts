import type { Command } from 'commander';
import { describe, withInstance } from './command-parts.ts';
import type { Act } from './session.ts';

export function addEnable(program: Command, act: Act): void {
  const command = describe(
    program.command('enable'),
    'Enables a target at once that configuration errors have disabled.',
    ['holdfast enable us-east-1/us.anthropic.claude-sonnet-4-6'],
  ).argument('<target>', '<region>/<model or inference profile>');
  act<object>(withInstance(command), async (session, target = '') => {
    const operator = await (await session.instance()).operator();
    const enabled = await operator.enable(target);
    const { terminal } = session;
    terminal.print(enabled, (plain) => `${plain.target}: enabled`);
    terminal.note(`Enabled ${target}. Next: holdfast circuits`);
    return undefined;
  });
}
