import { broken, type Promised } from './checks.ts';
import { type Fate, FaultPlan, type Point, type Strike } from './fates.ts';
import type { Path } from './paths.ts';
import type { Platform } from './platform.ts';
import type { Tamper } from './processes.ts';
import type { Story } from './story.ts';
import { runPath } from './world.ts';

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
  const unharmed = await runPath(platform, path, new FaultPlan());
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
    runs += 1;
  };

  const strikeFrom = async (first: number, before: readonly Point[]): Promise<void> => {
    for (let n = first; ; n++) {
      let isRead = false;
      for (const fate of platform.fates) {
        if (findings.length >= mostFindings) return;
        if (isRead && IDLE_ON_READS.has(fate)) continue;
        const struckSoFar = [...before, { n, fate }];
        const plan = new FaultPlan(struckSoFar);
        const story = await runPath(platform, path, plan, tamper);
        if (!plan.isSpent) return;
        judge(story);
        if (before.length === 0) points = n;
        isRead = READ.test(plan.strikes.at(-1)?.name ?? '');
        if (struckSoFar.length < depth) await strikeFrom(n + 1, struckSoFar);
      }
    }
  };

  judge(await runPath(platform, path, new FaultPlan(), tamper));
  await strikeFrom(1, []);
  return { path: path.name, points, runs, ended, mostExtraCalls, struck, findings };
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
