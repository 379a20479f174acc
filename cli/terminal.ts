import { styleText } from 'node:util';
import { jsonDocument, plainLine, plainValue } from './plain-value.ts';
import type { Output, World } from './world.ts';

export type Paint = (colour: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string;

export interface TerminalOptions {
  /** Prints one JSON document instead of text. */
  readonly json?: boolean;
  /** False: no colour, even in a terminal. */
  readonly color?: boolean;
}

/** What a command prints: data to stdout, and all else to stderr. */
export class Terminal {
  readonly isJson: boolean;
  /** True if stdout can be redrawn. */
  readonly isLive: boolean;
  readonly #world: World;
  readonly #paint: Paint;
  /** True if a line of progress is on the screen. */
  #hasProgress = false;
  #progress = '';

  constructor(world: World, { json = false, color = true }: TerminalOptions) {
    this.#world = world;
    this.isJson = json;
    this.isLive = world.stdout.isTTY === true && isPlain(world.env) === false;
    this.#paint = color && hasColour(world.stdout, world.env) ? paint : (_colour, text) => text;
  }

  /**
   * Prints the value as one JSON document, or as the text that `render` makes of it. `render` gets a copy
   * without control characters. Returns after the progress has left the screen.
   */
  print<Value>(value: Value, render: (value: Value, paint: Paint) => string): void {
    this.clearProgress();
    if (this.isJson) this.#world.stdout.write(jsonDocument(value));
    else {
      const text = render(plainValue(value), this.#paint);
      if (text !== '') this.#world.stdout.write(`${text}\n`);
    }
  }

  /** Writes to stdout as it is. */
  write(text: string): void {
    this.clearProgress();
    this.#world.stdout.write(text);
  }

  /** Prints lines for the user to stderr. */
  note(...lines: readonly string[]): void {
    this.clearProgress();
    for (const line of lines) this.#world.stderr.write(`${plainLine(line)}\n`);
  }

  /** Shows what the command waits for: a line that is rewritten, or plain lines without a terminal. */
  progress(text: string): void {
    const line = plainLine(text);
    if (line === this.#progress) return;
    this.#progress = line;
    const { stderr, env } = this.#world;
    if (stderr.isTTY && !isPlain(env)) {
      stderr.write(`\r${line}\u001b[K`);
      this.#hasProgress = true;
    } else stderr.write(`${line}\n`);
  }

  get showsProgress(): boolean {
    return this.#progress !== '';
  }

  clearProgress(): void {
    if (this.#hasProgress) this.#world.stderr.write('\r\u001b[K');
    this.#hasProgress = false;
  }
}

function isPlain({ TERM }: NodeJS.ProcessEnv): boolean {
  return TERM === 'dumb';
}

function hasColour({ isTTY }: Output, env: NodeJS.ProcessEnv): boolean {
  return isTTY === true && !isPlain(env) && !env.NO_COLOR;
}

/** `hasColour` has decided already. */
const paint: Paint = (colour, text) => styleText(colour, text, { validateStream: false });
