import { Readable } from 'node:stream';
import type { ExitCode } from '../../cli/exit-codes.ts';
import { runCli } from '../../cli/program.ts';
import type { World } from '../../cli/world.ts';
import type { RunFile } from '../../console/server/run-file.ts';

/** A run as its file describes it. Nothing listens at its addresses. */
export const RUN: RunFile = {
  pid: 1,
  url: 'http://127.0.0.1:9/v1',
  apiKeys: [{ id: 'first', value: 'first-key' }],
  awsUrl: 'http://127.0.0.1:9',
  bedrockUrl: 'http://127.0.0.1:9',
  region: 'us-east-1',
  operator: { accessKeyId: 'local', secretAccessKey: 'local' },
  settingsParameter: 'Settings',
};

export interface Result {
  readonly exit: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings extends Partial<Omit<World, 'stdin' | 'stdout' | 'stderr'>> {
  readonly run?: RunFile;
  /** What stdin has. */
  readonly input?: string;
  /** True if stdin, stdout and stderr are a terminal. */
  readonly isTTY?: boolean;
}

/** Runs `holdfast` in this process, with streams that keep what is written. */
export async function holdfast(
  args: readonly string[],
  { run, input = '', isTTY = false, ...others }: Surroundings = {},
): Promise<Result> {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const exit = await runCli(args, {
    stdin: Object.assign(Readable.from(input === '' ? [] : [input]), { isTTY }),
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: {},
    fetch: () => Promise.reject(new Error('no request was expected')),
    // A sleep ends with the command, so no command waits.
    clock: { now: () => 0, sleep: (_ms, signal) => untilAborted(signal) },
    signal: new AbortController().signal,
    runFolder: '/tmp',
    findRun: () => run,
    ...others,
  });
  return { exit, ...written };
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Returns a `fetch` that keeps its requests and answers each with the next of these. */
export function answering(...answers: readonly (Response | Error)[]) {
  const requests: { method: string; url: string; headers: Headers; body: unknown }[] = [];
  const left = [...answers];
  const send: typeof fetch = async (input, init = {}) => {
    const { method = 'GET', headers, body } = init;
    requests.push({ method, url: String(input), headers: new Headers(headers), body });
    const answer = left.length > 1 ? left.shift() : left[0];
    if (answer instanceof Error) throw answer;
    if (!answer) throw new Error('no answer is left');
    return answer.clone();
  };
  return { fetch: send, requests };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}
