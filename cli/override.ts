import { Argument, type Command } from 'commander';
import type { OverrideRequest, OverrideScope } from '../client/client.ts';
import { OVERRIDE_MODES, OVERRIDE_SCOPES } from '../lambda/contract/words.ts';
import { duration } from './arguments.ts';
import { describe, withInstance } from './command-parts.ts';
import type { Act } from './session.ts';

interface OverrideOptions {
  readonly reason: string;
  readonly for?: number;
}

export function addOverride(program: Command, act: Act): void {
  const command = describe(
    program.command('override'),
    'Overrides circuits: force-open blocks every call, force-closed allows every call, observe counts and blocks none.',
    [
      'holdfast override region us-east-1 force-open --reason "drill" --for 10m',
      'holdfast override model anthropic.claude-sonnet-4-6 observe --reason "false alarms"',
    ],
  )
    .addArgument(scopeArgument())
    .argument('<key>', 'the region, model, profile or target')
    .addArgument(new Argument('<mode>', 'what the override does').choices(OVERRIDE_MODES))
    .requiredOption('--reason <text>', 'tells other operators why')
    .option('--for <duration>', 'how long, such as 10m or 2h (default: one hour)', duration);
  act<OverrideOptions>(withInstance(command), async (session, scope, key = '', mode = '') => {
    const { options, terminal } = session;
    const operator = await (await session.instance()).operator();
    const override = await operator.override(scope as OverrideScope, key, {
      mode: mode as OverrideRequest['mode'],
      reason: options.reason,
      ...(options.for !== undefined && { expiresInSeconds: options.for }),
    });
    terminal.print(
      override,
      (plain) => `${plain.scope} ${plain.key}: ${plain.mode} until ${plain.expiresAt}`,
    );
    const next = `holdfast lift ${scope} ${key}`;
    terminal.note(`Set ${mode} for ${scope} ${key} until ${override.expiresAt}. Next: ${next}`);
    return undefined;
  });
}

export function scopeArgument(): Argument {
  return new Argument('<scope>', 'what the key names').choices(OVERRIDE_SCOPES);
}
