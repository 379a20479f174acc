import type { Settings } from '../../lambda/contract/policy.ts';
import { circuitLine, tierLine } from './circuit-lines.ts';
import { circuitNews } from './circuit-news.ts';
import { type Line, line } from './line.ts';
import type { Fields, Level, LogRecord } from './log-record.ts';
import { counted, SecondTally } from './second-tally.ts';
import { ServingTiers } from './serving-tier.ts';

/** Nobody reads more lines in a second. The others wait for the next seconds. */
const LINES_PER_SECOND = 5;
/** The most lines that wait. Beyond it, the newest ones are counted only. */
const MOST_WAITING = 30;
/** Every function reports refused settings at each of its reads. */
const SETTINGS_REPEAT_MS = 60_000;
const LONGEST_TEXT = 300;
/** What operators did; functions log it as information. */
const OPERATOR_MESSAGES = [
  'override set',
  'override lifted',
  'target enabled',
  'redrive requested',
  'redrive finished',
];

/**
 * Turns the functions' log lines into a few readable lines: one per event that is worth a person's
 * attention, and one sum per second of events that are many.
 */
export class EventLines {
  readonly #stages: readonly number[];
  readonly #tiers: ServingTiers;
  readonly #timeOf: (ms: number) => string;
  readonly #tally = new SecondTally();
  readonly #settingsShownAt = new Map<string, number>();
  #waiting: Line[] = [];
  #omitted = 0;
  /** The second whose events are being collected. */
  #second = 0;
  /** The number of lines returned in this second. */
  #shown = 0;

  /** @param timeOf returns a time of the clock for milliseconds since the Unix epoch */
  constructor(settings: Pick<Settings, 'chains' | 'breaker'>, timeOf: (ms: number) => string) {
    this.#stages = settings.breaker.recoveryStages;
    this.#tiers = new ServingTiers(settings);
    this.#timeOf = timeOf;
  }

  /** Adds a line that a function logged. */
  add(functionName: string, record: LogRecord, nowMs: number): void {
    switch (record.kind) {
      case 'metrics':
        return;
      case 'text':
        if (record.text.trim() !== '')
          this.#tally.add(line('bad', named(functionName, record.text)));
        return;
      case 'message':
        this.#addMessage(functionName, record, nowMs);
        return;
      default:
        record satisfies never;
    }
  }

  /** Returns the lines that are due. Call it several times a second. */
  take(nowMs: number): readonly Line[] {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#shown = 0;
      this.#wait(nowMs, this.#tally.take(this.#timeOf));
    }
    const due = this.#waiting.splice(0, Math.max(0, LINES_PER_SECOND - this.#shown));
    this.#shown += due.length;
    const omitted = this.#waiting.length === 0 ? this.#omitted : 0;
    if (omitted > 0) {
      this.#omitted = 0;
      const text = `${this.#timeOf(nowMs)}  ${counted(omitted, 'more event')}; the log file has all lines`;
      due.push(line('warning', text));
    }
    return due;
  }

  #addMessage(
    functionName: string,
    record: Extract<LogRecord, { kind: 'message' }>,
    nowMs: number,
  ): void {
    const { message, fields, level } = record;
    const news = circuitNews(record);
    if (news) {
      const changes = this.#tiers.add(news).map(tierLine);
      this.#wait(nowMs, [circuitLine(news, this.#stages, this.#timeOf), ...changes]);
      return;
    }
    if (message === 'job ended') this.#tally.jobEnded(fields);
    else if (message === 'job deferred') this.#tally.jobDeferred(fields);
    else if (message === 'model call failed') this.#tally.callFailed(fields);
    else if (message === 'settings rejected') this.#settingsRefused(fields, nowMs);
    else this.#addOther(functionName, message, fields, level);
  }

  #settingsRefused({ reason, inForce }: Fields, nowMs: number): void {
    const text = cut(`settings refused: ${reason}; ${inForce} stay in force`);
    const shownAt = this.#settingsShownAt.get(text);
    if (shownAt !== undefined && nowMs - shownAt < SETTINGS_REPEAT_MS) return;
    // Each edit has its own text; only the latest ones are of interest.
    if (this.#settingsShownAt.size > 100) this.#settingsShownAt.clear();
    this.#settingsShownAt.set(text, nowMs);
    this.#wait(nowMs, [line('bad', text)]);
  }

  #addOther(functionName: string, message: string, fields: Fields, level: Level): void {
    const isOperators = OPERATOR_MESSAGES.includes(message);
    if (level !== 'WARN' && level !== 'ERROR' && !isOperators) return;
    const text = [message, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)];
    const tone = isOperators ? 'plain' : level === 'ERROR' ? 'bad' : 'warning';
    this.#tally.add(line(tone, named(functionName, text.join(' '))));
  }

  #wait(nowMs: number, lines: readonly Line[]): void {
    const room = MOST_WAITING - this.#waiting.length;
    const time = this.#timeOf(nowMs);
    const shown = lines.slice(0, room).map(({ tone, text }) => line(tone, `${time}  ${text}`));
    this.#waiting.push(...shown);
    this.#omitted += lines.length - shown.length;
  }
}

/** Puts the function's own name before the text: `worker` for `Holdfast-WorkerFunctionHandler`. */
function named(functionName: string, text: string): string {
  const [, own] = /([A-Z][a-z]+)FunctionHandler$/.exec(functionName) ?? [];
  return cut(`[${own?.toLowerCase() ?? functionName}] ${text}`);
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
