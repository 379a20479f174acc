import type { Command } from 'commander';
import { environmentOf } from '../doctor/options.ts';
import type { Settings } from '../lambda/contract/policy.ts';
import type { AppliedQuotas } from '../lambda/contract/quotas.ts';
import { count, positiveNumber } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { describe, withOutput } from './command-parts.ts';
import { EXIT } from './exit-codes.ts';
import { typicalAnswerSeconds, type Workload } from './plan/workload.ts';
import type { Act, Session } from './session.ts';
import { setEnvironment } from './set-environment.ts';
import type { World } from './world.ts';

interface PlanOptions {
  readonly jobsPerDay: number;
  readonly input: number;
  readonly output: number;
  readonly maxTokens?: number;
  readonly chain?: string;
  readonly peak: number;
  readonly answerSeconds?: number;
  readonly config: string;
  readonly account?: boolean;
  readonly profile?: string;
}

const DESCRIPTION = `Computes what a day of jobs needs: which quota of Bedrock is reached first, the jobs that fit on each
tier, the sandboxes of the worker, the cost of the tokens at list price, and the quotas to ask AWS for.`;

export function addPlan(program: Command, act: Act): void {
  const command = describe(program.command('plan'), DESCRIPTION, [
    'holdfast plan --jobs-per-day 50000 --input 1000 --output 500',
    'holdfast plan --jobs-per-day 50000 --input 1000 --output 500 --peak 3 --json',
  ])
    .summary('Computes which quota a day of jobs reaches, and what to ask AWS for.')
    .requiredOption('--jobs-per-day <n>', 'the jobs of a day', count)
    .requiredOption('--input <tokens>', 'the tokens of a prompt on average', count)
    .requiredOption('--output <tokens>', 'the tokens of an answer on average', count)
    .option(
      '--max-tokens <tokens>',
      'the maxTokens of the jobs (default: those of each tier)',
      count,
    )
    .option('--chain <name>', 'the chain of the jobs (default: as for a job without a chain)')
    .option(
      '--peak <factor>',
      'the jobs of the busiest minute, relative to an average one',
      positiveNumber,
      1,
    )
    .option('--answer-seconds <s>', 'how long an answer takes (default: estimated)', positiveNumber)
    .option('-c, --config <file>', 'the settings, .ts or .json', 'holdfast.config.ts')
    .option('--account', 'reads the quotas that the settings do not have from the AWS account')
    .option('--profile <name>', 'the profile with the AWS credentials, for --account');
  act<PlanOptions>(withOutput(command), plan);
}

async function plan({ options, terminal, world }: Session<PlanOptions>): Promise<undefined> {
  const [{ chainOf, chainNames, defaultChain }, { planOf }, { planText }, readers] =
    await Promise.all([
      import('../lambda/contract/chains.ts'),
      import('./plan/plan.ts'),
      import('./plan/plan-text.ts'),
      import('./settings-in-file.ts'),
    ]);
  if (options.profile !== undefined && !options.account) {
    throw new CommandError(EXIT.usage, '--profile: got one without --account, allowed is none');
  }
  const settings = await readers.settingsInFile(options.config);
  const name = options.chain ?? defaultChain(settings);
  const chain = chainOf(settings, name);
  if (!chain) {
    throw misused('--chain', name, `one of ${chainNames(settings).join(', ')}`);
  }
  const workload = workloadOf(options, settings);
  const applied = options.account ? await accountQuotas(settings, options, world) : undefined;
  const planned = planOf(chain, workload, settings, applied);
  terminal.print({ chain: name, ...planned }, planText);
  const isKnown = planned.tiers.every(({ fits }) => fits !== undefined);
  if (!isKnown && !options.account) {
    terminal.note('Some quotas are unknown. Next: the same with --account');
  }
  return undefined;
}

async function accountQuotas(
  settings: Settings,
  { profile }: PlanOptions,
  { env, clock }: World,
): Promise<AppliedQuotas> {
  setEnvironment(env, environmentOf({ ...(profile !== undefined && { profile }) }));
  const [{ readAccountQuotas }, { explainFailure, failureKind }] = await Promise.all([
    import('../doctor/account-quotas.ts'),
    import('../console/server/failure.ts'),
  ]);
  try {
    return await readAccountQuotas(settings, clock.now());
  } catch (error: unknown) {
    const exit = failureKind(error) === 'refused' ? EXIT.refused : EXIT.unreachable;
    throw new CommandError(exit, explainFailure(error, 'servicequotas:ListServiceQuotas'));
  }
}

/** Returns what the options describe. Throws a CommandError for numbers that contradict each other. */
function workloadOf(options: PlanOptions, { jobs }: Settings): Workload {
  const { jobsPerDay, input, output, maxTokens, peak } = options;
  const answerSeconds = options.answerSeconds ?? typicalAnswerSeconds(output);
  if (maxTokens !== undefined && output > maxTokens) {
    throw misused('--output', output, `at most ${maxTokens}, the --max-tokens`);
  }
  if (options.answerSeconds !== undefined && answerSeconds > jobs.answerSeconds) {
    const limit = `at most ${jobs.answerSeconds}, the jobs.answerSeconds of the settings`;
    throw misused('--answer-seconds', answerSeconds, limit);
  }
  return {
    jobsPerDay,
    inputTokens: input,
    outputTokens: output,
    ...(maxTokens !== undefined && { maxTokens }),
    peak,
    answerSeconds: Math.min(answerSeconds, jobs.answerSeconds),
  };
}

function misused(option: string, value: string | number, allowed: string): CommandError {
  return new CommandError(EXIT.usage, `${option}: got ${value}, allowed is ${allowed}`);
}
