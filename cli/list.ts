import { type Command, Option } from 'commander';
import type {
  AdminJob,
  AdminJobsQuery,
  Client,
  JobItem,
  JobStatus,
  OperatorClient,
} from '../client/client.ts';
import { JOB_STATUSES } from '../lambda/contract/words.ts';
import { wholeNumber } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { describe, withInstance } from './command-parts.ts';
import { EXIT } from './exit-codes.ts';
import { jobLine } from './job-text.ts';
import type { Act } from './session.ts';

interface ListOptions {
  readonly status?: JobStatus;
  readonly limit: number;
  readonly all?: boolean;
  readonly tenant?: string;
  readonly filter?: AdminJobsQuery['filter'];
  readonly chain?: string;
}

const FILTERS = ['waiting', 'degraded', 'failed', 'dead-lettered'];
const PAGE_SIZE = 100;

export function addList(program: Command, act: Act): void {
  const command = describe(program.command('list'), 'Lists jobs, newest first.', [
    'holdfast list --status DEFERRED',
    'holdfast list --all --filter dead-lettered --json',
  ])
    .addOption(new Option('--status <status>', 'only jobs with this status').choices(JOB_STATUSES))
    .option('--limit <n>', 'the most jobs to list', wholeNumber, 20)
    .option('--all', 'the jobs of all tenants, with signed requests')
    .option('--tenant <tenant>', 'the jobs of this tenant, with signed requests')
    .addOption(
      new Option('--filter <filter>', 'for operators: only jobs that need a look').choices(FILTERS),
    )
    .option('--chain <name>', 'for operators: only jobs of this chain');
  act<ListOptions>(withInstance(command), async (session) => {
    const { options, terminal, world } = session;
    const { all, tenant, filter, chain, status, limit } = options;
    const isOperator = all === true || tenant !== undefined;
    if (!isOperator && (filter ?? chain) !== undefined) {
      const name = filter === undefined ? 'chain' : 'filter';
      const message = `--${name}: got one without --all or --tenant, allowed is none`;
      throw new CommandError(EXIT.usage, message);
    }
    const instance = await session.instance();
    const jobs: readonly (JobItem | AdminJob)[] = isOperator
      ? await listAll(await instance.operator(), limit, { status, tenant, filter, chain })
      : await listOwn(instance.client(), limit, status, world.signal);
    terminal.print({ jobs }, (plain, paint) =>
      plain.jobs.map((job) => jobLine(job, paint)).join('\n'),
    );
    const found = jobs.length === limit ? `the newest ${limit} jobs` : `${jobs.length} jobs`;
    terminal.note(`Listed ${found} of ${instance.name}.`);
    return undefined;
  });
}

async function listOwn(
  client: Client,
  limit: number,
  status: JobStatus | undefined,
  signal: AbortSignal,
): Promise<readonly JobItem[]> {
  const jobs: JobItem[] = [];
  for await (const job of client.list({ limit, signal, ...(status && { status }) })) jobs.push(job);
  return jobs;
}

async function listAll(
  operator: OperatorClient,
  limit: number,
  query: AdminJobsQuery,
): Promise<readonly AdminJob[]> {
  const jobs: AdminJob[] = [];
  let cursor: string | undefined;
  do {
    const most = Math.min(limit - jobs.length, PAGE_SIZE);
    const page = await operator.jobs({ ...query, cursor, limit: most });
    jobs.push(...page.jobs);
    cursor = page.nextCursor;
  } while (cursor !== undefined && jobs.length < limit);
  return jobs;
}
