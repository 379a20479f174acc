import { styleText } from 'node:util';
import type { Settings } from '../../lambda/contract/policy.ts';
import { printable } from '../../lambda/contract/printable.ts';
import { EventLines } from './event-lines.ts';
import type { Line } from './line.ts';
import type { LogFile } from './log-file.ts';
import type { LogRecord } from './log-record.ts';

/** How often lines that are due are printed. */
const PRINT_MS = 250;

const COLOURS = { plain: undefined, good: 'green', warning: 'yellow', bad: 'red' } as const;

export interface RunOutputOptions {
  /** `events`: a few readable lines. `json`: each line as the function logged it. */
  readonly log: 'events' | 'json';
  readonly settings: Settings;
  /** Keeps all lines. */
  readonly file?: LogFile;
  readonly stdout: NodeJS.WriteStream;
}

/** Prints the log lines of an embedded run, and keeps them in a file. */
export class RunOutput {
  readonly #options: RunOutputOptions;
  readonly #events: EventLines;
  #isFileBroken = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RunOutputOptions) {
    this.#options = options;
    this.#events = new EventLines(options.settings, (ms) => clockTime(ms));
  }

  /** Adds a line that a function logged. Readable lines are printed from `begin` on. */
  add(functionName: string, line: string, record: LogRecord): void {
    this.#keep(line);
    if (this.#options.log === 'json') this.#options.stdout.write(`${printable(line)}\n`);
    else this.#events.add(functionName, record, Date.now());
  }

  begin(): void {
    this.#timer = setInterval(() => this.#print(), PRINT_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#print();
    this.#options.file?.close();
  }

  #print(): void {
    const lines = this.#events.take(Date.now());
    for (const each of lines) this.#options.stdout.write(`${this.#coloured(each)}\n`);
  }

  /** Colours a line for a terminal, unless NO_COLOR is set. */
  #coloured({ tone, text }: Line): string {
    const { stdout } = this.#options;
    const colour = COLOURS[tone];
    const safe = printable(text);
    // `getColorDepth` knows NO_COLOR and terminals without colours.
    const hasColours = stdout.isTTY && stdout.getColorDepth() > 1;
    return colour && hasColours ? styleText(colour, safe, { validateStream: false }) : safe;
  }

  /** A full disk must not stop the run. */
  #keep(line: string): void {
    if (this.#isFileBroken) return;
    try {
      this.#options.file?.add(line);
    } catch (error: unknown) {
      this.#isFileBroken = true;
      console.error(`WARNING: the log file is no longer written: ${error}`);
    }
  }
}

const HALF_DAY_MS = 12 * 3_600_000;

/** Returns the time of day in this machine's time zone, with the date if it is half a day away. */
export function clockTime(ms: number, nowMs = Date.now()): string {
  const date = new Date(ms);
  const two = (number: number) => String(number).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  if (Math.abs(ms - nowMs) < HALF_DAY_MS) return time;
  return `${[date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')} ${time}`;
}
