import type { Command } from 'commander';
import { describe, withInstance } from './command-parts.ts';
import { quotasText } from './quota-text.ts';
import type { Act } from './session.ts';

export function addQuotas(program: Command, act: Act): void {
  const command = describe(
    program.command('quotas'),
    'Shows Bedrock’s quotas of the targets and what is used of them, with signed requests.',
    ['holdfast quotas', 'holdfast quotas --stack Holdfast --json'],
  );
  act(withInstance(command), async ({ instance, terminal }) => {
    const operator = await (await instance()).operator();
    const { quotas, dayBudgets, quotasCheckedAt } = await operator.health();
    terminal.print({ quotas, dayBudgets, quotasCheckedAt }, quotasText);
    return undefined;
  });
}
