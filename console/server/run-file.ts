import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * The addresses and credentials of the embedded run of this user. `npm start` writes them to a file
 * while it runs, so that commands find it without options. They work on this machine only.
 */
export interface RunFile {
  /** The process of `npm start`. */
  readonly pid: number;
  /** The API with its stage: `http://127.0.0.1:8787/v1`. */
  readonly url: string;
  readonly apiKeys: readonly { readonly id: string; readonly value: string }[];
  /** SQS, S3, DynamoDB, SSM, EventBridge and CloudWatch Logs. */
  readonly awsUrl: string;
  readonly bedrockUrl: string;
  readonly region: string;
  /** Signs requests of operators, to the API and to the AWS services. */
  readonly operator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The name of the SSM parameter that holds the settings. */
  readonly settingsParameter: string;
}

const LONGEST_BYTES = 65_536;
/** Readable and writable for the owner only. */
const PRIVATE = 0o600;
const OTHERS = 0o077;

/** Returns the folder of the files: that of the session, or the temporary folder. */
export function runFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.XDG_RUNTIME_DIR || tmpdir();
}

/** Writes the file of a run. A reader sees the whole file or none. */
export function writeRunFile(run: RunFile, folder = runFolder()): void {
  const path = pathOf(run.pid, folder);
  const draft = `${path}.draft`;
  rmSync(draft, { force: true });
  try {
    writeFileSync(draft, `${JSON.stringify(run)}\n`, { mode: PRIVATE, flag: 'wx' });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes the file of a run. */
export function removeRunFile(pid: number, folder = runFolder()): void {
  rmSync(pathOf(pid, folder), { force: true });
}

/**
 * Returns the embedded run that is up; of several, the one that started last. It ignores a file if its
 * process has ended, or if another user owns the file or may change it: that user could point commands
 * to a server of their own.
 */
export function readRunFile(folder = runFolder()): RunFile | undefined {
  const files = namesIn(folder)
    .flatMap((name) => readOwnFile(join(folder, name)) ?? [])
    .sort((one, other) => other.writtenMs - one.writtenMs);
  for (const { text } of files) {
    const run = parseRunFile(text);
    if (run && isAlive(run.pid)) return run;
  }
  return undefined;
}

function pathOf(pid: number, folder: string): string {
  return join(folder, `holdfast-${userName()}-${pid}.json`);
}

function namesIn(folder: string): readonly string[] {
  const start = `holdfast-${userName()}-`;
  try {
    return readdirSync(folder).filter(
      (name) => name.startsWith(start) && /^\d+\.json$/.test(name.slice(start.length)),
    );
  } catch {
    return [];
  }
}

interface OwnFile {
  readonly text: string;
  readonly writtenMs: number;
}

function readOwnFile(path: string): OwnFile | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch {
    return undefined;
  }
  try {
    const { size, uid, mode, mtimeMs } = fstatSync(file);
    // Windows has no user ids, and its temporary folder belongs to the user.
    const isOwn = !process.getuid || (uid === process.getuid() && (mode & OTHERS) === 0);
    if (!isOwn || size > LONGEST_BYTES) return undefined;
    return { text: readFileSync(file, 'utf8'), writtenMs: mtimeMs };
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

function parseRunFile(text: string): RunFile | undefined {
  try {
    const run: unknown = JSON.parse(text);
    return isRunFile(run) ? run : undefined;
  } catch {
    return undefined;
  }
}

function isRunFile(value: unknown): value is RunFile {
  if (!isObject(value) || !isObject(value.operator)) return false;
  const { pid, apiKeys, operator } = value;
  const texts = [
    ...['url', 'awsUrl', 'bedrockUrl', 'region', 'settingsParameter'].map((name) => value[name]),
    operator.accessKeyId,
    operator.secretAccessKey,
  ];
  return (
    Number.isInteger(pid) &&
    texts.every((text) => typeof text === 'string') &&
    Array.isArray(apiKeys) &&
    apiKeys.every((key) => isObject(key) && [key.id, key.value].every((t) => typeof t === 'string'))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Returns true if a process of this user has the id. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function userName(): string {
  return String(process.getuid?.() ?? userInfo().username);
}
