import type { Command } from 'commander';
import { duration, jobId } from './arguments.ts';
import { describe, withInstance } from './command-parts.ts';
import { followJob } from './follow-job.ts';
import type { Act } from './session.ts';

interface WaitOptions {
  readonly timeout?: number;
}

export function addWait(program: Command, act: Act): void {
  const command = describe(program.command('wait'), 'Waits for the end of a job.', [
    'holdfast wait 0123456789abcdef0123456789abcdef',
    'holdfast wait 0123456789abcdef0123456789abcdef --timeout 10m --json',
  ])
    .argument('<job-id>', 'the id of the job', jobId)
    .option('--timeout <duration>', 'the longest wait, such as 90s or 10m', duration);
  act<WaitOptions>(withInstance(command), async (session, id = '') => {
    const client = (await session.instance()).client();
    return followJob(client, id, session, session.options.timeout);
  });
}
