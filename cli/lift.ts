import type { Command } from 'commander';
import type { OverrideScope } from '../client/client.ts';
import { describe, withInstance } from './command-parts.ts';
import { scopeArgument } from './override.ts';
import type { Act } from './session.ts';

export function addLift(program: Command, act: Act): void {
  const command = describe(program.command('lift'), 'Lifts an override before it ends.', [
    'holdfast lift region us-east-1',
  ])
    .addArgument(scopeArgument())
    .argument('<key>', 'the region, model, profile or target');
  act<object>(withInstance(command), async (session, scope, key = '') => {
    const operator = await (await session.instance()).operator();
    const lifted = await operator.lift(scope as OverrideScope, key);
    const { terminal } = session;
    terminal.print(lifted, (plain) => `${plain.scope} ${plain.key}: ${plain.mode} lifted`);
    terminal.note(`Lifted the override of ${scope} ${key}. Next: holdfast circuits`);
    return undefined;
  });
}
