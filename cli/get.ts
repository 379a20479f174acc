import type { Command } from 'commander';
import type { AdminJobDetail, Job } from '../client/client.ts';
import { jobId } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { describe, withInstance } from './command-parts.ts';
import { EXIT } from './exit-codes.ts';
import { jobText } from './job-text.ts';
import type { Act } from './session.ts';

interface GetOptions {
  readonly asOperator?: boolean;
  readonly content?: boolean;
}

export function addGet(program: Command, act: Act): void {
  const command = describe(program.command('get'), 'Shows a job and its answer.', [
    'holdfast get 0123456789abcdef0123456789abcdef',
    'holdfast get 0123456789abcdef0123456789abcdef --as-operator --content',
  ])
    .argument('<job-id>', 'the id of the job', jobId)
    .option('--as-operator', 'shows a job of any tenant, with signed requests')
    .option('--content', 'also shows an operator the request and the answer, which is recorded');
  act<GetOptions>(withInstance(command), async (session, id = '') => {
    const { options, terminal } = session;
    const { asOperator, content = false } = options;
    if (content && !asOperator) {
      const message = '--content: got one without --as-operator, allowed is none';
      throw new CommandError(EXIT.usage, message);
    }
    const instance = await session.instance();
    const job: Job | AdminJobDetail = asOperator
      ? await (await instance.operator()).job(id, { content })
      : await instance.client().get(id);
    terminal.print(job, (plain, paint) =>
      'request' in plain && plain.request
        ? `${jobText(plain, paint)}\n\nrequest ${JSON.stringify(plain.request, null, 2)}`
        : jobText(plain, paint),
    );
    return undefined;
  });
}
