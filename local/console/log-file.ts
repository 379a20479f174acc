import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../console/server/run-file.ts';

/** The most bytes of a file. A full file is kept as `<path>.1`, so the latest lines are never lost. */
const MOST_BYTES = 10_000_000;
/** Lines hold no prompts, but the ids of jobs and the names of tenants. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const OTHERS = 0o077;

/**
 * Returns a private folder of the user below the temporary folder. If another user has taken its name,
 * the folder has a random name.
 */
export function logFolder(temporary = tmpdir()): string {
  const folder = join(temporary, `holdfast-${process.getuid?.() ?? userInfo().username}`);
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  return isPrivate(folder) ? folder : mkdtempSync(`${folder}-`);
}

/**
 * Returns the path of the log of a process. Removes the logs of processes that have ended: a log stays
 * after the end of its run, until the next run begins.
 */
export function logPathOf(pid: number, folder = logFolder()): string {
  for (const name of readdirSync(folder)) {
    const [, owner] = /^functions-(\d+)\.log/.exec(name) ?? [];
    if (owner && !isAlive(Number(owner))) rmSync(join(folder, name), { force: true });
  }
  return join(folder, `functions-${pid}.log`);
}

function isPrivate(folder: string): boolean {
  const found = lstatSync(folder);
  // Windows has no user ids, and its temporary folder belongs to the user.
  const isOwn = !process.getuid || (found.uid === process.getuid() && (found.mode & OTHERS) === 0);
  return found.isDirectory() && isOwn;
}

/** A file that keeps the latest lines. It replaces the file of an earlier run. */
export class LogFile {
  readonly path: string;
  readonly #mostBytes: number;
  #file: number | undefined;
  #bytes = 0;

  constructor(path: string, mostBytes = MOST_BYTES) {
    this.path = path;
    this.#mostBytes = mostBytes;
    rmSync(`${path}.1`, { force: true });
    this.#file = openNew(path);
  }

  /** Throws if the line cannot be written, for example because the disk is full. */
  add(line: string): void {
    if (this.#file === undefined) return;
    const bytes = Buffer.from(`${line}\n`);
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#mostBytes) this.#turn();
    writeSync(this.#file, bytes);
    this.#bytes += bytes.length;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #turn(): void {
    this.close();
    renameSync(this.path, `${this.path}.1`);
    this.#file = openNew(this.path);
    this.#bytes = 0;
  }
}

function openNew(path: string): number {
  rmSync(path, { force: true });
  return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, PRIVATE_FILE);
}
