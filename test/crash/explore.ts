import { broken, type Promised } from './checks.ts';
import { type Fate, FaultPlan, type Point, type Strike } from './fates.ts';
import { endingOf, Moment, type Passage, Stage } from './moments.ts';
import type { Path } from './paths.ts';
import type { Platform } from './platform.ts';
import type { Tamper } from './processes.ts';
import { runPath } from './run.ts';
import type { Ending, Story } from './story.ts';

/** A run that broke a promise, and all that it takes to see it again. */
export interface Finding {
  readonly path: string;
  readonly strikes: readonly Strike[];
  readonly broken: readonly Promised[];
  readonly story: Story;
}

export interface Tally {
  readonly path: string;
  /** Calls of the path that were struck. */
  readonly points: number;
  readonly runs: number;
  /** Runs whose job was in an end state when nothing was left to happen. */
  readonly ended: number;
  /** Answers paid for beyond those of an unharmed run, by what struck; the most of any run. */
  readonly mostExtraCalls: number;
  /** `worker: SQS SendMessage` */
  readonly struck: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

export interface Exploration {
  readonly platform: Platform;
  readonly path: Path;
  /** How many points of one run are struck. */
  readonly depth: 1 | 2;
  readonly tamper?: Tamper;
  /** Stop after so many. @default when all points are met */
  readonly mostFindings?: number;
}

/**
 * Strikes each call of a path in turn, in each way; with depth 2, in each of those runs each later
 * call as well. The points find themselves: a run that ends before its point was met is the last.
 */
export async function explore(exploration: Exploration): Promise<Tally> {
  const { platform, path, depth, tamper, mostFindings = Number.POSITIVE_INFINITY } = exploration;
  const unharmed = await runPath({ platform, path }, new FaultPlan());
  const findings: Finding[] = [];
  const struck = new Set<string>();
  let [runs, ended, points, mostExtraCalls] = [0, 0, 0, 0];

  const judge = (story: Story) => {
    const { strikes, answered } = story;
    const promises = broken({ path, story, unharmed });
    if (promises.length > 0) findings.push({ path: path.name, strikes, broken: promises, story });
    for (const { caller, name } of strikes) struck.add(`${caller}: ${name}`);
    const extraCalls = (answered - unharmed.answered) / Math.max(1, strikes.length);
    mostExtraCalls = Math.max(mostExtraCalls, extraCalls);
    if (!promises.includes('ends')) ended += 1;
    points = Math.max(points, strikes[0]?.n ?? 0);
    runs += 1;
  };

  const first = new Stage({ platform, path, tamper }).first();
  judge({ ...(await first.ending()), strikes: [] });
  for await (const story of struckFrom(first, depth, platform.fates)) {
    if (findings.length >= mostFindings) break;
    judge(story);
  }
  return { path: path.name, points, runs, ended, mostExtraCalls, struck, findings };
}

/** Every run from this moment on that is struck once and up to `depth` times. */
async function* struckFrom(
  moment: Moment,
  depth: number,
  fates: readonly Fate[],
): AsyncGenerator<Story> {
  let calls = 0;
  let at: Moment | Ending = moment;
  while (at instanceof Moment) {
    for await (const story of struckNext(at, depth, fates, [])) yield later(story, calls);
    const passage: Passage = await at.next([]);
    calls += passage.calls;
    at = passage.to;
  }
}

/** Those whose first strikes, all after `before`, come until the next moment. */
async function* struckNext(
  moment: Moment,
  depth: number,
  fates: readonly Fate[],
  before: readonly Point[],
): AsyncGenerator<Story> {
  for (let n = (before.at(-1)?.n ?? 0) + 1; ; n++) {
    let isRead = false;
    for (const fate of fates) {
      if (isRead && IDLE_ON_READS.has(fate)) continue;
      const points = [...before, { n, fate }];
      const { strikes, isSpent, calls, to } = await moment.next(points);
      if (!isSpent) return;
      isRead = READ.test(strikes.at(-1)?.name ?? '');
      yield { ...(await endingOf(to)), strikes };
      if (points.length === depth) continue;
      yield* struckNext(moment, depth, fates, points);
      if (!(to instanceof Moment)) continue;
      for await (const story of struckFrom(to, depth - points.length, fates)) {
        yield { ...story, strikes: [...strikes, ...later(story, calls).strikes] };
      }
    }
  }
}

function later(story: Story, calls: number): Story {
  const strikes = story.strikes.map((strike) => ({ ...strike, n: strike.n + calls }));
  return { ...story, strikes };
}

/** A read changes nothing: without an answer it is as good as not sent, and repeated as good as new. */
const READ =
  /\.(get\w*|due|running|count\w*|load|read\w*)$|(GetItem|Query|GetParameters|GetQueueAttributes|GET object)$/;
const IDLE_ON_READS: ReadonlySet<Fate> = new Set(['answer-lost', 'unanswered']);

/** As a person reads it, and what `runPath` takes to see it again. */
export function describeFinding({ path, strikes, broken: promises }: Finding): string {
  const struck = strikes.map(({ caller, name, fate }) => `${caller}: ${name} ${fate}`);
  const points = strikes.map(({ n, fate }) => `{ n: ${n}, fate: '${fate}' }`);
  const story = `${path}: ${struck.join(', then ') || 'unharmed'}`;
  return `${story} → broke ${promises.join(', ')}; new FaultPlan([${points.join(', ')}])`;
}
