import { parseArgs } from 'node:util';
import { SPEED_NAMES, type SpeedName } from './bedrock/speeds.ts';

export interface LocalOptions {
  readonly help: boolean;
  readonly port?: number;
  readonly configFile?: string;
  readonly bedrockEndpoint?: string;
  /** File with the timed faults of the fake Bedrock. */
  readonly scenarioFile?: string;
  /** The speed of the fake Bedrock. */
  readonly speed: SpeedName;
}

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
  --help                  prints this text
`;

/** Thrown for a command line that is not valid. The message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function parseOptions(args: readonly string[]): LocalOptions {
  const values = parse(args);
  return {
    help: values.help ?? false,
    speed: speedOf(values.speed),
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

/** Removes trailing slashes, because every path begins with one. */
function endpointOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) {
    return text.replace(/\/+$/, '');
  }
  throw new UsageError(`--bedrock-endpoint: got ${text}, allowed is an http(s) URL`);
}
