import type { Command } from 'commander';
import { jobId } from './arguments.ts';
import { describe, withInstance } from './command-parts.ts';
import { statusText } from './job-text.ts';
import type { Act } from './session.ts';

interface CancelOptions {
  readonly asOperator?: boolean;
}

export function addCancel(program: Command, act: Act): void {
  const command = describe(program.command('cancel'), 'Cancels a job that has not ended.', [
    'holdfast cancel 0123456789abcdef0123456789abcdef',
  ])
    .argument('<job-id>', 'the id of the job', jobId)
    .option('--as-operator', 'cancels a job of any tenant, with signed requests');
  act<CancelOptions>(withInstance(command), async (session, id = '') => {
    const { options, terminal } = session;
    const instance = await session.instance();
    const job = options.asOperator
      ? await (await instance.operator()).cancel(id)
      : await instance.client().cancel(id);
    terminal.print(job, (plain, paint) => statusText(plain, paint));
    const what =
      job.status === 'CANCELLED'
        ? `Cancelled the job ${id}`
        : `The job ${id} runs, and ends within half a minute unless an answer arrives before`;
    terminal.note(`${what}. Next: holdfast get ${id}${options.asOperator ? ' --as-operator' : ''}`);
    return undefined;
  });
}
