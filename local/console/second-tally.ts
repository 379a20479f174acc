import { type Line, line } from './line.ts';
import type { Fields } from './log-record.ts';

/** Up to this many jobs that end within a second have a line of their own. */
const MOST_SINGLE_JOBS = 2;

interface EndedJob {
  readonly jobId: string;
  readonly status: string;
  readonly ms: number;
  readonly servedBy?: string;
  readonly degraded: boolean;
  readonly error?: string;
}

interface Repeated {
  readonly line: Line;
  count: number;
}

/** Collects what happens often, and sums it up once a second. */
export class SecondTally {
  #ended: EndedJob[] = [];
  #deferred: { readonly jobId: string; readonly untilMs: number }[] = [];
  #failedCalls = new Map<string, number>();
  #repeated = new Map<string, Repeated>();

  jobEnded({ jobId, status, ms, servedBy, degraded, error }: Fields): void {
    this.#ended.push({
      jobId: String(jobId),
      status: String(status),
      ms: Number(ms),
      degraded: degraded === true,
      ...(typeof servedBy === 'string' && { servedBy }),
      ...(typeof error === 'string' && { error }),
    });
  }

  jobDeferred({ jobId, untilMs }: Fields): void {
    this.#deferred.push({ jobId: String(jobId), untilMs: Number(untilMs) });
  }

  callFailed({ kind }: Fields): void {
    const name = String(kind);
    this.#failedCalls.set(name, (this.#failedCalls.get(name) ?? 0) + 1);
  }

  /** Adds a line that is shown once, however often it comes in this second. */
  add(repeated: Line): void {
    const known = this.#repeated.get(repeated.text);
    if (known) known.count += 1;
    else this.#repeated.set(repeated.text, { line: repeated, count: 1 });
  }

  /** Returns the lines of the second, and begins the next one. */
  take(timeOf: (ms: number) => string): readonly Line[] {
    const lines = [
      ...failedCallLines(this.#failedCalls),
      ...deferralLines(this.#deferred, timeOf),
      ...jobLines(this.#ended),
      ...[...this.#repeated.values()].map(({ line: { tone, text }, count }) =>
        line(tone, count > 1 ? `${text} (${count} times)` : text),
      ),
    ];
    this.#ended = [];
    this.#deferred = [];
    this.#failedCalls.clear();
    this.#repeated.clear();
    return lines;
  }
}

function failedCallLines(failed: ReadonlyMap<string, number>): readonly Line[] {
  if (failed.size === 0) return [];
  const total = [...failed.values()].reduce((sum, count) => sum + count, 0);
  const kinds = [...failed].map(([kind, count]) => (failed.size > 1 ? `${count} ${kind}` : kind));
  return [line('warning', `${counted(total, 'model call')} failed: ${kinds.join(', ')}`)];
}

function deferralLines(
  deferred: readonly { readonly jobId: string; readonly untilMs: number }[],
  timeOf: (ms: number) => string,
): readonly Line[] {
  const [first] = deferred;
  if (!first) return [];
  const times = deferred.map(({ untilMs }) => timeOf(untilMs)).sort();
  const earliest = timeOf(Math.min(...deferred.map(({ untilMs }) => untilMs)));
  const until = times.at(-1) === times[0] ? earliest : `${earliest} or later`;
  const who = deferred.length === 1 ? `job ${first.jobId}` : counted(deferred.length, 'job');
  return [line('warning', `${who} deferred until ${until}`)];
}

function jobLines(ended: readonly EndedJob[]): readonly Line[] {
  if (ended.length <= MOST_SINGLE_JOBS) return ended.map(jobLine);
  const byStatus = new Map<string, number>();
  for (const { status } of ended) byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  const degraded = ended.filter((job) => job.degraded).length;
  const counts = [...byStatus].map(([status, count]) =>
    status === 'SUCCEEDED'
      ? `${counted(count, 'job')} SUCCEEDED${degraded > 0 ? `, ${degraded} degraded` : ''}`
      : `${counted(count, 'job')} ${status}`,
  );
  return [
    line(byStatus.size > 1 || !byStatus.has('SUCCEEDED') ? 'bad' : 'plain', counts.join('; ')),
  ];
}

function jobLine({ jobId, status, ms, servedBy, degraded, error }: EndedJob): Line {
  const details = [
    ...(servedBy ? [`answered by ${servedBy}`] : []),
    ...(degraded ? ['degraded'] : []),
    ...(error ? [error] : []),
  ];
  const text = `job ${jobId} ${status} after ${(ms / 1000).toFixed(1)} s`;
  const isGood = status === 'SUCCEEDED' || status === 'CANCELLED';
  return line(isGood ? 'plain' : 'bad', [text, ...details].join(', '));
}

/** Returns a number with its noun: `1 job`, `2 jobs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
