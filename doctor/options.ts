import { parseArgs } from 'node:util';

export interface DoctorOptions {
  readonly help: boolean;
  readonly json: boolean;
  readonly configFile?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly stack?: string;
  readonly bedrockEndpoint?: string;
}

export const USAGE = `Says what would keep a deploy from serving: one real call of one token for each model.

  holdfast doctor [--json] [--config FILE] [--stack NAME]

Options:
  -c, --config FILE       the settings, .ts or .json (holdfast.config.ts of this folder)
  --region REGION         where the stack is or will be (as the AWS CLI finds it)
  --profile NAME          whose credentials (as the AWS CLI finds them)
  --stack NAME            after a deploy: looks at the stack, too
  --bedrock-endpoint URL  asks this Bedrock only, a fake one, and nothing of an account
  --json                  one JSON document
  --help                  this text

Ends with 0, or with 1 if anything is bad, or with 2 if the command line is not understood.
`;

/** Thrown for a command line that cannot be understood; the message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function parseOptions(args: readonly string[]): DoctorOptions {
  const { values, positionals } = parse(args);
  const { help = false, json = false, config, region, profile, stack } = values;
  if (!help && positionals.join(' ') !== 'doctor') {
    throw new UsageError(`command: got ${positionals.join(' ') || 'none'}, allowed is doctor`);
  }
  const bedrockEndpoint = values['bedrock-endpoint'];
  if (bedrockEndpoint !== undefined && !URL.canParse(bedrockEndpoint)) {
    throw new UsageError(`--bedrock-endpoint: got ${bedrockEndpoint}, allowed is an http(s) URL`);
  }
  const ofAccount = [region, profile, stack].find((each) => each !== undefined);
  if (bedrockEndpoint !== undefined && ofAccount !== undefined) {
    throw new UsageError(
      '--bedrock-endpoint: got an account too, allowed is none of --region, --profile and --stack',
    );
  }
  return {
    ...{ help, json },
    ...(config !== undefined && { configFile: config }),
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(stack !== undefined && { stack }),
    ...(bedrockEndpoint !== undefined && { bedrockEndpoint }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        region: { type: 'string' },
        profile: { type: 'string' },
        stack: { type: 'string' },
        'bedrock-endpoint': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error: unknown) {
    const reason = error instanceof Error ? error.message.split(/[.\n]/)[0] : error;
    throw new UsageError(`${reason}; --help lists the options`);
  }
}
