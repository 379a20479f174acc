import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.ts';
import { endGroup } from './command.ts';
import { lookAgain } from './look-again.ts';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
/** The emulator's root; it lets this one do everything, and checks the roles of the functions. */
export const ROOT = { accessKeyId: 'test', secretAccessKey: 'test' };

const MINISTACK = fileURLToPath(new URL('start-ministack.py', import.meta.url));

export interface Emulator {
  readonly url: string;
  /** What a program needs to take the emulator for AWS; nothing of the shell's own AWS set-up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  /** Of the environment that MiniStack is installed in. */
  readonly python: string;
  /** For its log and the unpacked functions. */
  readonly folder: string;
  readonly bedrockUrl: string;
  readonly signal: AbortSignal;
}

/** MiniStack with the roles' policies enforced, on a free port of this machine only. */
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
      ...{ AUTH: 'true', GATEWAY_PORT: new URL(url).port, TMPDIR: temporary },
      ...{ BIND_HOST: '127.0.0.1', MINISTACK_HOST: '127.0.0.1' },
      // Functions inherit these, and so call the fake Bedrock and the emulator for all the rest.
      ...{ AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrockUrl, AWS_ENDPOINT_URL_BEDROCK: bedrockUrl },
    },
  });
  closeSync(log);
  const stop = () => endGroup(leader);
  try {
    await lookAgain('the emulator to start', signal, async () => {
      if (leader.exitCode !== null) throw new Error(`the emulator ended with ${leader.exitCode}`);
      const answer = await fetch(`${url}/_ministack/health`).catch(() => undefined);
      return answer?.ok || undefined;
    });
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
    // The emulator starts the first `node` of the path for a function.
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    ...{ AWS_ACCESS_KEY_ID: ROOT.accessKeyId, AWS_SECRET_ACCESS_KEY: ROOT.secretAccessKey },
    ...{ AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION, AWS_EC2_METADATA_DISABLED: 'true' },
    ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
    ...{ CDK_DEFAULT_ACCOUNT: ACCOUNT, CDK_DEFAULT_REGION: REGION },
    ...{ CDK_DISABLE_CLI_TELEMETRY: 'true', CI: 'true' },
  };
}
