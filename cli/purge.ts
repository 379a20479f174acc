import type { Command } from 'commander';
import { jobId } from './arguments.ts';
import { canAsk, confirm } from './ask.ts';
import { CommandError } from './command-error.ts';
import { describe, withInstance } from './command-parts.ts';
import { EXIT } from './exit-codes.ts';
import { statusText } from './job-text.ts';
import type { Act } from './session.ts';

interface PurgeOptions {
  readonly yes?: boolean;
}

export function addPurge(program: Command, act: Act): void {
  const command = describe(
    program.command('purge'),
    'Deletes the prompt, the files and the answer of a job that has ended.',
    ['holdfast purge 0123456789abcdef0123456789abcdef --yes'],
  )
    .argument('<job-id>', 'the id of the job', jobId)
    .option('-y, --yes', 'does not ask');
  act<PurgeOptions>(withInstance(command), async (session, id = '') => {
    const { options, terminal, world } = session;
    if (!options.yes && !canAsk(world)) {
      throw new CommandError(EXIT.usage, 'purge: got no --yes, which it needs without a terminal');
    }
    const client = (await session.instance()).client();
    if (!options.yes && !(await confirm(world, `Delete the content of the job ${id} for good?`))) {
      throw new CommandError(EXIT.rejected, 'Nothing was deleted.');
    }
    const job = await client.purge(id);
    terminal.print(job, (plain, paint) => statusText(plain, paint));
    terminal.note(`Deleted the content of the job ${id}. Next: holdfast get ${id}`);
    return undefined;
  });
}
