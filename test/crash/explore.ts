import { broken, type Promised } from './checks.ts';
import { FaultPlan, type Strike } from './fates.ts';
import { Stage } from './moments.ts';
import type { Path } from './paths.ts';
import type { Platform } from './platform.ts';
import type { Tamper } from './processes.ts';
import { runPath } from './run.ts';
import type { Story } from './story.ts';
import { struckFrom } from './struck-runs.ts';

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
  /** Every so many runs, as they were told. */
  readonly sample: readonly Story[];
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

/** Prime, so that the sample is of all fates. */
const SAMPLED_EACH = 101;

/**
 * Strikes each call of a path in turn, in each way; with depth 2, in each of those runs each later
 * call as well. The points find themselves: a run that ends before its point was met is the last.
 */
export async function explore(exploration: Exploration): Promise<Tally> {
  const { platform, path, depth, tamper, mostFindings = Number.POSITIVE_INFINITY } = exploration;
  const unharmed = await runPath({ platform, path }, new FaultPlan());
  const findings: Finding[] = [];
  const sample: Story[] = [];
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
    if (runs % SAMPLED_EACH === 0) sample.push(story);
    runs += 1;
  };

  const first = new Stage({ platform, path, tamper }).first();
  judge({ ...(await first.ending()), strikes: [] });
  for await (const story of struckFrom(first, depth, platform.fates)) {
    if (findings.length >= mostFindings) break;
    judge(story);
  }
  return { path: path.name, points, runs, ended, mostExtraCalls, struck, findings, sample };
}

/** As a person reads it, and what `runPath` takes to see it again. */
export function describeFinding({ path, strikes, broken: promises }: Finding): string {
  const points = strikes.map(({ n, fate }) => `{ n: ${n}, fate: '${fate}' }`);
  const story = `${path}: ${nameOf(strikes)}`;
  return `${story} → broke ${promises.join(', ')}; new FaultPlan([${points.join(', ')}])`;
}

export function nameOf(strikes: readonly Strike[]): string {
  const struck = strikes.map(({ caller, name, fate }) => `${caller}: ${name} ${fate}`);
  return struck.join(', then ') || 'unharmed';
}
