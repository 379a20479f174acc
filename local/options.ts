import { parseArgs } from 'node:util';
import { SPEED_NAMES, type SpeedName } from './bedrock/speeds.ts';
import { UNKIND_HELP, UNKIND_NAMES, type UnkindName } from './unkind.ts';

export interface LocalOptions {
  readonly help: boolean;
  readonly port?: number;
  readonly configFile?: string;
  readonly bedrockEndpoint?: string;
  /** File with the timed faults of the fake Bedrock. */
  readonly scenarioFile?: string;
  /** The speed of the fake Bedrock. */
  readonly speed: SpeedName;
  /** Repeats all chances. */
  readonly seed?: number;
  readonly unkind: readonly UnkindName[];
  /** The account's limit on concurrent Lambda invocations. */
  readonly concurrency?: number;
  /** What is printed of the functions' log lines: readable events, or the lines themselves. */
  readonly log: LogMode;
  /** Prints the names and variables that the commands in docs/ use. */
  readonly verbose: boolean;
}

export const LOG_MODES = ['events', 'json'] as const;
export type LogMode = (typeof LOG_MODES)[number];

const UNKIND_LINES = UNKIND_HELP.map(
  ([name, text]) => `${' '.repeat(28)}${`${name}:`.padEnd(16)} ${text}`,
).join('\n');

export const USAGE = `Runs Holdfast on this machine from its synthesized template.

  npm start
  npm start -- --port 9000 --config my.config.ts

Options:
  --port N                port of the API; Bedrock and the AWS services take the next two.
                          A busy port is replaced by the next free one. Default: 8787
  --config FILE           settings, .ts or .json. Default: holdfast.config.ts
  --bedrock-endpoint URL  a Bedrock that serves every Region. Default: a fake Bedrock
  --scenario FILE         timed faults of the fake Bedrock, a .json list. Default: none
  --speed NAME            speed of the fake Bedrock: instant, quick or realistic. Default: quick
  --seed N                a whole number: the same seed repeats all chances. Default: 1
  --unkind NAMES          what the AWS services do now and then: all, none, or a list with commas of
${UNKIND_LINES}
                          Default: s3-403
  --concurrency N         the account's limit on concurrent Lambda invocations. Default: none
  --log KIND              events: a readable line per event. json: the functions' log lines.
                          A file keeps these lines in both cases. Default: events
  --verbose               also prints the names and variables that the commands in docs/ use
  --help                  prints this text
`;

const MAX_SEED = 1_000_000_000;

/** Thrown for a command line that is not valid. The message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function parseOptions(args: readonly string[]): LocalOptions {
  const values = parse(args);
  return {
    help: values.help ?? false,
    speed: speedOf(values.speed),
    unkind: unkindOf(values.unkind),
    log: logModeOf(values.log),
    verbose: values.verbose ?? false,
    ...(values.seed !== undefined && { seed: seedOf(values.seed) }),
    ...(values.concurrency !== undefined && { concurrency: concurrencyOf(values.concurrency) }),
    ...(values.port !== undefined && { port: portOf(values.port) }),
    ...(values.config !== undefined && { configFile: configFileOf(values.config) }),
    ...(values['bedrock-endpoint'] !== undefined && {
      bedrockEndpoint: endpointOf(values['bedrock-endpoint']),
    }),
    ...(values.scenario !== undefined && { scenarioFile: scenarioFileOf(values.scenario) }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean' },
        port: { type: 'string' },
        config: { type: 'string' },
        'bedrock-endpoint': { type: 'string' },
        scenario: { type: 'string' },
        speed: { type: 'string', default: 'quick' },
        seed: { type: 'string' },
        // This rule of S3 needs no chance, so a policy that lacks it shows at once.
        unkind: { type: 'string', default: 's3-403' },
        concurrency: { type: 'string' },
        log: { type: 'string', default: 'events' },
        verbose: { type: 'boolean' },
      },
    }).values;
  } catch (error: unknown) {
    const reason = error instanceof Error ? error.message.split(/[.\n]/)[0] : error;
    throw new UsageError(`${reason}; --help lists the options`);
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port: got ${text}, allowed is 0 to 65535`);
}

function configFileOf(text: string): string {
  if (/\.(ts|json)$/.test(text)) return text;
  throw new UsageError(`--config: got ${text}, allowed is a .ts or a .json file`);
}

function scenarioFileOf(text: string): string {
  if (text.endsWith('.json')) return text;
  throw new UsageError(`--scenario: got ${text}, allowed is a .json file`);
}

function speedOf(text: string): SpeedName {
  const name = SPEED_NAMES.find((each) => each === text);
  if (name) return name;
  throw new UsageError(`--speed: got ${text}, allowed is ${SPEED_NAMES.join(', ')}`);
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed <= MAX_SEED) return seed;
  throw new UsageError(`--seed: got ${text}, allowed is 0 to ${MAX_SEED}`);
}

function concurrencyOf(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1) return limit;
  throw new UsageError(`--concurrency: got ${text}, allowed is a whole number from 1`);
}

function logModeOf(text: string): LogMode {
  const mode = LOG_MODES.find((each) => each === text);
  if (mode) return mode;
  throw new UsageError(`--log: got ${text}, allowed is ${LOG_MODES.join(', ')}`);
}

function unkindOf(text: string): readonly UnkindName[] {
  if (text === 'all') return UNKIND_NAMES;
  if (text === 'none') return [];
  return text.split(',').map((each) => {
    const name = UNKIND_NAMES.find((known) => known === each.trim());
    if (name) return name;
    const allowed = ['all', 'none', ...UNKIND_NAMES].join(', ');
    throw new UsageError(`--unkind: got ${each || 'nothing'}, allowed is ${allowed}`);
  });
}

/** Removes trailing slashes, because every path begins with one. */
function endpointOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) {
    return text.replace(/\/+$/, '');
  }
  throw new UsageError(`--bedrock-endpoint: got ${text}, allowed is an http(s) URL`);
}
