import { Command, CommanderError } from 'commander';
import { addCancel } from './cancel.ts';
import { addCircuits } from './circuits.ts';
import { describe } from './command-parts.ts';
import { addCompletion, COMPLETE, complete } from './completion.ts';
import { addConsole } from './console.ts';
import { addDoctor } from './doctor.ts';
import { addEnable } from './enable.ts';
import { EXIT, EXIT_TEXT, type ExitCode } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import { addGet } from './get.ts';
import { addLift } from './lift.ts';
import { addList } from './list.ts';
import { addOverride } from './override.ts';
import { plainLine } from './plain-value.ts';
import { addPlan } from './plan.ts';
import { addPurge } from './purge.ts';
import { addQuotas } from './quotas.ts';
import { addRedrive } from './redrive.ts';
import { type Act, createAct } from './session.ts';
import { addSettings } from './settings.ts';
import { addSubmit } from './submit.ts';
import { addWait } from './wait.ts';
import type { World } from './world.ts';

const COMMANDS = [
  addSubmit,
  addGet,
  addWait,
  addList,
  addCancel,
  addPurge,
  addCircuits,
  addQuotas,
  addOverride,
  addLift,
  addEnable,
  addRedrive,
  addSettings,
  addDoctor,
  addPlan,
  addConsole,
  addCompletion,
];

/** Runs `holdfast` with these arguments, and returns its exit code. */
export async function runCli(args: readonly string[], world: World): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok;
  const program = createProgram(
    world,
    createAct(world, (code) => {
      exit = code;
    }),
  );
  const [command, separator, ...words] = args;
  if (command === COMPLETE && separator === '--') {
    await complete(program, words, (text) => world.stdout.write(text));
    return exit;
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exit;
  } catch (error: unknown) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 && exit === 0 ? EXIT.ok : EXIT.usage;
    const failure = failureOf(error);
    if (!failure) throw error;
    for (const line of failure.lines) world.stderr.write(`${plainLine(line)}\n`);
    return failure.exit;
  }
}

/** Builds the parser with all commands. */
export function createProgram({ stdout, stderr }: World, act: Act): Command {
  const program = describe(
    new Command('holdfast'),
    'Submits and follows jobs, and operates an instance of Holdfast.',
    [
      'holdfast submit "Why do ships have anchors?" --wait',
      'holdfast circuits --watch',
      'holdfast list --all --filter dead-lettered --stack Holdfast',
    ],
  )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(usageLine(text)),
    })
    .addHelpText('after', `\n${EXIT_TEXT}`);
  for (const add of COMMANDS) add(program, act);
  return program;
}

/** Returns commander's message as one line: `error: unknown option '--jsn'\n(Did you mean --json?)`. */
function usageLine(text: string): string {
  const message = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ')
    .replace(
      /^(?:command-argument value|option '(.*?)' argument) '(.*?)' is invalid(?: for argument '(.*?)')?\. /,
      (_all, option, value, argument) => `${option ?? argument}: got ${value}, `,
    )
    .replace(/Allowed choices are /, 'allowed is one of ')
    .replace(/\.$/, '');
  return `${plainLine(message)}; --help tells more\n`;
}
