/** The curl command, the command of the command line and the code that send exactly this request. */
import type { Body } from './draft.ts';
import { isPasteable, plainJson, shellWord } from './shell-text.ts';

export interface Sent {
  /** The address of the API: `http://127.0.0.1:8787/v1`. */
  readonly apiUrl: string;
  readonly body: Body;
  /** Empty: the request has no key. */
  readonly idempotencyKey: string;
  /** The name of a deployed stack; the command line finds the embedded run by itself. */
  readonly stack?: string;
}

/** The options of `holdfast submit` that set fields of the body beside the prompt. */
const OPTIONS: Readonly<Record<string, string>> = {
  chain: '--chain',
  system: '--system',
  whenOpen: '--when-open',
};

/** Returns the curl command. The API key comes from the environment, so that no one can read it here. */
export function curlCommand({ apiUrl, body, idempotencyKey }: Sent): string {
  return [
    `curl -s ${shellWord(`${apiUrl}/jobs`)}`,
    `-H "x-api-key: $HOLDFAST_API_KEY"`,
    `-H 'content-type: application/json'`,
    ...(idempotencyKey === '' ? [] : [`-H ${shellWord(`idempotency-key: ${idempotencyKey}`)}`]),
    `-d ${shellWord(plainJson(body))}`,
  ].join(' \\\n  ');
}

/** Returns the command of Holdfast's own command line. */
export function cliCommand({ body, idempotencyKey, stack }: Sent): string {
  const { prompt, ...others } = body;
  const key = [
    ...(idempotencyKey === '' ? [] : ['--idempotency-key', shellWord(idempotencyKey)]),
    ...(stack === undefined ? [] : ['--stack', shellWord(stack)]),
  ];
  const isOption = ([name, value]: [string, unknown]) =>
    Object.hasOwn(OPTIONS, name) && isArgument(value);
  if (isArgument(prompt) && Object.entries(others).every(isOption)) {
    const options = Object.entries(others).flatMap(([name, value]) => [
      OPTIONS[name] ?? '',
      shellWord(String(value)),
    ]);
    return ['npx holdfast submit', shellWord(prompt), ...options, ...key, '--wait'].join(' ');
  }
  const command = ['npx holdfast submit -f -', ...key, '--wait'].join(' ');
  return `printf '%s' ${shellWord(plainJson(body))} |\n  ${command}`;
}

/** True for a text that can be an argument: not empty, no option, and visible in a terminal. */
function isArgument(prompt: unknown): prompt is string {
  return typeof prompt === 'string' && /^[^-]/.test(prompt) && isPasteable(prompt);
}

/** Returns a module of TypeScript that submits the job, waits for its end and prints the answer. */
export function clientCode({ apiUrl, body, idempotencyKey }: Sent): string {
  const options = idempotencyKey === '' ? '' : `, { idempotencyKey: ${plainJson(idempotencyKey)} }`;
  return `import { createClient } from 'holdfast/client';

const client = createClient({
  url: ${plainJson(apiUrl)},
  apiKey: process.env.HOLDFAST_API_KEY,
});
const { jobId } = await client.submit(${literal(body)}${options});
const job = await client.wait(jobId);
console.log(job.status, job.result?.text);
`;
}

/** Returns the value as a literal of TypeScript: JSON, with names without quotes where they need none. */
function literal(value: unknown): string {
  const name = /^(\s*)"(?!__proto__)([A-Za-z_$][\w$]*)":/gm;
  return plainJson(value, 2)
    .replace(name, '$1$2:')
    .replace(/^(\s*)"__proto__":/gm, '$1["__proto__"]:');
}
