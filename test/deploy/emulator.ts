import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { endGroup } from './command.ts';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
/** The root credentials: the emulator allows them everything, and enforces the functions' roles. */
export const ROOT = { accessKeyId: 'test', secretAccessKey: 'test' };

const MINISTACK = fileURLToPath(new URL('start-ministack.py', import.meta.url));

export interface Emulator {
  readonly url: string;
  /** Variables that make a program use the emulator as AWS, without the shell's own AWS variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  /** The Python of the virtual environment in which MiniStack is installed. */
  readonly python: string;
  /** The folder for the emulator's log and the unpacked functions. */
  readonly folder: string;
  readonly bedrockUrl: string;
  readonly signal: AbortSignal;
}

/** Starts MiniStack on a free port of the loopback interface, with the roles' policies enforced. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { python, folder, bedrockUrl, signal } = options;
  const url = `http://127.0.0.1:${await freePort()}`;
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true });

  const log = openSync(join(folder, 'emulator.log'), 'w');
  const leader = spawn(python, [MINISTACK], {
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      ...cleanEnv(),
      AUTH: 'true',
      GATEWAY_PORT: new URL(url).port,
      TMPDIR: temporary,
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      // Functions inherit these: they call the fake Bedrock, and the emulator for everything else.
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrockUrl,
      AWS_ENDPOINT_URL_BEDROCK: bedrockUrl,
      AWS_ENDPOINT_URL_SERVICE_QUOTAS: bedrockUrl,
    },
  });
  closeSync(log);
  const stop = () => endGroup(leader);
  try {
    const look = async () => {
      if (leader.exitCode !== null) throw new Error(`the emulator ended with ${leader.exitCode}`);
      const response = await fetch(`${url}/_ministack/health`).catch(() => undefined);
      return response?.ok || undefined;
    };
    await eventually('the emulator to start', look, signal);
  } catch (error: unknown) {
    await stop();
    throw error;
  }
  return { url, stop, env: { ...cleanEnv(), AWS_ENDPOINT_URL: url } };
}

function cleanEnv(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK|HOLDFAST)_/.test(name));
  return {
    ...Object.fromEntries(kept),
    // The emulator runs a function with the first `node` on the path.
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    AWS_ACCESS_KEY_ID: ROOT.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ROOT.secretAccessKey,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    CDK_DEFAULT_ACCOUNT: ACCOUNT,
    CDK_DEFAULT_REGION: REGION,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
  };
}
