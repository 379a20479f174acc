import type { Command } from 'commander';
import { type OperatorClient, Problem, type RedriveReport } from '../client/client.ts';
import { type RedriveProgress, runRedrive } from '../client/redrive-run.ts';
import { jobId, positiveNumber, wholeNumber } from './arguments.ts';
import { canAsk, confirm } from './ask.ts';
import { CommandError } from './command-error.ts';
import { describe, withInstance } from './command-parts.ts';
import { EXIT } from './exit-codes.ts';
import type { Act, Session } from './session.ts';

interface RedriveOptions {
  readonly dryRun?: boolean;
  readonly limit: number;
  readonly maxPerSecond: number;
  readonly yes?: boolean;
}

export function addRedrive(program: Command, act: Act): void {
  const command = describe(
    program.command('redrive'),
    'Moves dead-lettered jobs back into the queue: one job, or all.',
    [
      'holdfast redrive --dry-run',
      'holdfast redrive --limit 500 --max-per-second 10 --yes',
      'holdfast redrive 0123456789abcdef0123456789abcdef',
    ],
  )
    .argument('[job-id]', 'the only job to move', jobId)
    .option('--dry-run', 'reports what a redrive would do, and moves nothing')
    .option('--limit <n>', 'the most jobs to move', wholeNumber, 1000)
    .option('--max-per-second <n>', 'the most jobs to move per second', positiveNumber, 10)
    .option('-y, --yes', 'does not ask');
  act<RedriveOptions>(withInstance(command), async (session, id) => {
    const { options, world } = session;
    const { dryRun = false, yes } = options;
    const asks = id === undefined && !dryRun && !yes;
    if (asks && !canAsk(world)) {
      const message = 'redrive: got neither --yes nor --dry-run nor a job, allowed is one of them';
      throw new CommandError(EXIT.usage, `${message} without a terminal`);
    }
    const operator = await (await session.instance()).operator();
    if (dryRun || id !== undefined) return redriveOnce(operator, session, id);
    if (asks) await confirmed(operator, session);
    return redriveAll(operator, session);
  });
}

async function redriveOnce(
  operator: OperatorClient,
  { options, terminal }: Session<RedriveOptions>,
  id: string | undefined,
): Promise<undefined> {
  const { limit, maxPerSecond, dryRun = false } = options;
  const report = await operator.redrive(
    id === undefined ? { limit, maxPerSecond, dryRun } : { jobId: id, dryRun },
  );
  terminal.print(report, reportText);
  const next = id === undefined ? 'holdfast redrive' : `holdfast get ${id} --as-operator`;
  const moved = dryRun ? 'Nothing was moved' : `Moved ${report.moved} jobs`;
  terminal.note(`${moved}. Next: ${next}`);
  return undefined;
}

async function confirmed(
  operator: OperatorClient,
  { options, world }: Session<RedriveOptions>,
): Promise<void> {
  const { limit, maxPerSecond } = options;
  const plan = await operator.redrive({ limit, maxPerSecond, dryRun: true });
  const question = `Move ${plan.moved} of about ${plan.left} dead letters back into the queue?`;
  if (!(await confirm(world, question))) {
    throw new CommandError(EXIT.rejected, 'Nothing was moved.');
  }
}

/** Redrives with requests of a few seconds each, so that progress is seen and Ctrl-C stops it. */
async function redriveAll(
  operator: OperatorClient,
  { options, terminal, world, ifInterrupted }: Session<RedriveOptions>,
): Promise<undefined> {
  const { limit, maxPerSecond } = options;
  terminal.progress('redriving …');
  const result = await runRedrive(
    { limit, maxPerSecond },
    {
      redrive: (request) => operator.redrive(request),
      retryAfterMs: (error) =>
        error instanceof Problem && error.type === 'urn:holdfast:problem:redrive-running'
          ? (error.retryAfterMs ?? 1000)
          : undefined,
      sleep: (ms) => world.clock.sleep(ms, world.signal),
      onProgress: (progress) => {
        const text = progressText(progress);
        terminal.progress(text);
        ifInterrupted(`Interrupted: ${text}. Next: holdfast redrive --dry-run`);
      },
      isStopped: () => world.signal.aborted,
    },
  );
  const { moved, skipped, held, unreadable, left } = result;
  const report: RedriveReport = { moved, skipped, held, unreadable, left, dryRun: false };
  terminal.print(report, reportText);
  terminal.note(`Moved ${moved} jobs. Next: holdfast list --all --filter dead-lettered`);
  return undefined;
}

function progressText({ moved, left }: RedriveProgress): string {
  return `${moved} jobs moved, about ${left} dead letters left`;
}

function reportText({ moved, skipped, held, unreadable, left }: RedriveReport): string {
  return `moved ${moved}, skipped ${skipped}, held ${held}, unreadable ${unreadable}, left about ${left}`;
}
