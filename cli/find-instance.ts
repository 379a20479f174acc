import { CommandError } from './command-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Instance, InstanceOptions } from './instance.ts';
import type { World } from './world.ts';

/**
 * Finds the instance that a command is for: the stack, the address, or the embedded run of this user.
 * The clients of AWS are loaded only if they are needed, because that takes longer than a command.
 */
export async function findInstance(options: InstanceOptions, world: World): Promise<Instance> {
  const { stack, profile, region } = options;
  if (stack !== undefined) {
    const { stackInstance } = await import('./stack-instance.ts');
    return stackInstance({ ...options, stack }, world);
  }
  const url = options.url ?? (world.env.HOLDFAST_URL || undefined);
  const run = world.findRun();
  if (url !== undefined && url.replace(/\/+$/, '') !== run?.url) {
    const { addressedInstance } = await import('./addressed-instance.ts');
    return addressedInstance({ ...options, url }, world);
  }
  for (const [name, value] of Object.entries({ profile, region })) {
    if (value === undefined) continue;
    const allowed = 'allowed is none without --stack or --url';
    throw new CommandError(EXIT.usage, `--${name}: got ${value}, ${allowed}`);
  }
  if (!run) throw new CommandError(EXIT.unreachable, nothingFound(world));
  const { embeddedInstance } = await import('./embedded-instance.ts');
  return embeddedInstance(run, world, url !== undefined);
}

function nothingFound({ runFolder }: World): string {
  return [
    'No instance of Holdfast was found. These places were looked at:',
    '  --stack NAME: not given',
    '  --url URL and HOLDFAST_URL: not given',
    `  the embedded run of this user: none has announced itself in ${runFolder}`,
    'Start one with `npm start`, name a deployed stack with --stack, or set HOLDFAST_URL and HOLDFAST_API_KEY.',
  ].join('\n');
}
