import type { Command } from 'commander';
import { CommandError } from './command-error.ts';
import { describe, withOutput } from './command-parts.ts';
import { EXIT } from './exit-codes.ts';
import type { Act, Session } from './session.ts';

interface ConsoleOptions {
  readonly stack?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly port: string;
}

export function addConsole(program: Command, act: Act): void {
  const command = describe(
    program.command('console'),
    'Serves the console of a deployed stack on this machine, until Ctrl-C.',
    ['holdfast console --stack Holdfast --profile team'],
  )
    .option('--stack <name>', 'the name of the stack (default: the embedded run’s own console)')
    .option('--profile <name>', 'the profile with the AWS credentials')
    .option('--region <region>', 'the region of the stack')
    .option('--port <n>', 'the first port to try; 0 takes any free port', '8790');
  act<ConsoleOptions>(withOutput(command), async (session) => {
    const { options, world, terminal } = session;
    if (!/^\d{1,5}$/.test(options.port) || Number(options.port) > 65_535) {
      const message = `--port: got ${options.port}, allowed is a whole number from 0 to 65535`;
      throw new CommandError(EXIT.usage, message);
    }
    if (options.stack !== undefined) return serve(session, options.stack);
    const run = world.findRun();
    if (!run) {
      const message =
        'console: got no --stack, and no embedded run of this user is up: name a stack, or run `npm start`';
      throw new CommandError(EXIT.unreachable, message);
    }
    const { origin } = new URL(run.url);
    terminal.print({ url: `${origin}/` }, ({ url }) => url);
    terminal.note(
      'The embedded run serves its console itself. Next: open the address in a browser',
    );
    return undefined;
  });
}

async function serve(
  { options, world, terminal, ifInterrupted }: Session<ConsoleOptions>,
  stack: string,
): Promise<undefined> {
  const { startStackConsole } = await import('./stack-console.ts');
  const { profile, region, port } = options;
  const apiKey = world.env.HOLDFAST_API_KEY || undefined;
  const started = await startStackConsole({
    stack,
    port: Number(port),
    ...(profile && { profile }),
    ...(region && { region }),
    ...(apiKey && { apiKey }),
  });
  const { url, instance, warnings } = started;
  ifInterrupted(`The console of ${stack} is closed.`);
  terminal.print({ url, instance, warnings }, (plain) => plain.url);
  terminal.note(
    ...warnings.map((warning) => `WARNING: ${warning}`),
    `This is the console of ${stack} in account ${instance.account}, ${instance.region}, until Ctrl-C. Next: open the address in a browser`,
  );
  await new Promise<void>((resolve) => {
    world.signal.addEventListener('abort', () => resolve(), { once: true });
    if (world.signal.aborted) resolve();
  });
  await started.stop();
  return undefined;
}
