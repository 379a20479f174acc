import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import type { JobRequest } from '../client/client.ts';
import { WHEN_OPEN } from '../lambda/contract/words.ts';
import { duration } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { describe, withInstance } from './command-parts.ts';
import { EXIT } from './exit-codes.ts';
import { followJob } from './follow-job.ts';
import type { Act } from './session.ts';
import type { Input } from './world.ts';

interface SubmitOptions {
  readonly file?: string;
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly chain?: string;
  readonly system?: string;
  readonly whenOpen?: JobRequest['whenOpen'];
  readonly deadline?: number;
  readonly idempotencyKey?: string;
}

export function addSubmit(program: Command, act: Act): void {
  const command = describe(program.command('submit'), 'Submits a job.', [
    'holdfast submit "Why do ships have anchors?" --wait',
    'cat question.txt | holdfast submit - --system "Answer in one sentence."',
    'holdfast submit -f body.json --idempotency-key order-4711',
  ])
    .argument('[prompt]', 'the question; - reads it from stdin')
    .option('-f, --file <file>', 'a body of POST /v1/jobs as JSON; - reads it from stdin')
    .option('-w, --wait', 'waits for the end of the job and prints the answer')
    .option('--timeout <duration>', 'the longest wait, such as 90s or 10m', duration)
    .option('--chain <name>', 'the chain that serves the job')
    .option('--system <text>', 'the system prompt')
    .addOption(
      new Option('--when-open <choice>', 'what the job does while circuits are open').choices(
        WHEN_OPEN,
      ),
    )
    .option('--deadline <duration>', 'when the job expires, such as 90s or 10m', duration)
    .option('--idempotency-key <key>', 'makes it safe to submit the job again');
  act<SubmitOptions>(withInstance(command), async (session, prompt) => {
    const { options, terminal, world } = session;
    if (options.timeout !== undefined && !options.wait) {
      throw new CommandError(EXIT.usage, '--timeout: got one without --wait, allowed is none');
    }
    const request = await requestOf(prompt, options, world.stdin);
    const client = (await session.instance()).client();
    const { idempotencyKey } = options;
    const accepted = await client.submit(request, {
      signal: world.signal,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
    const { jobId } = accepted;
    if (options.wait) return followJob(client, jobId, session, options.timeout);
    terminal.print(accepted, (plain) => plain.jobId);
    terminal.note(`Submitted the job ${jobId}. Next: holdfast wait ${jobId}`);
    return undefined;
  });
}

/** Returns the body. An option replaces a field of a file's body. */
async function requestOf(
  prompt: string | undefined,
  { file, chain, system, whenOpen, deadline }: SubmitOptions,
  stdin: Input,
): Promise<JobRequest> {
  const body = await bodyOf(prompt, file, stdin);
  return {
    ...body,
    ...(chain !== undefined && { chain }),
    ...(system !== undefined && { system }),
    ...(whenOpen !== undefined && { whenOpen }),
    ...(deadline !== undefined && { deadlineSeconds: deadline }),
  };
}

async function bodyOf(
  prompt: string | undefined,
  file: string | undefined,
  stdin: Input,
): Promise<JobRequest> {
  if ((prompt === undefined) === (file === undefined)) {
    const got = prompt === undefined ? 'none' : 'both';
    const message = `prompt: got ${got} of PROMPT and --file, allowed is one of them; - reads stdin`;
    throw new CommandError(EXIT.usage, message);
  }
  if (file === undefined) return { prompt: prompt === '-' ? await read(stdin) : (prompt ?? '') };
  const name = file === '-' ? 'stdin' : file;
  return parseBody(file === '-' ? await read(stdin) : await readBody(file), name);
}

async function readBody(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error: unknown) {
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    throw new CommandError(EXIT.usage, `${file}: cannot be read (${reason})`);
  }
}

/** The API checks the fields; here the body must only be a JSON object. */
function parseBody(json: string, name: string): JobRequest {
  let body: unknown;
  try {
    body = JSON.parse(json);
  } catch {
    body = undefined;
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as JobRequest;
  throw new CommandError(
    EXIT.usage,
    `${name}: got no JSON object, allowed is a body of POST /v1/jobs`,
  );
}

function read(stdin: Input): Promise<string> {
  return text(stdin as AsyncIterable<Uint8Array>);
}
