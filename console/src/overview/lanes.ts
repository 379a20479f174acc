import {
  JOB_COUNTS,
  type JobCount,
  type Series,
  type TargetSeries,
} from '../../contract/series.ts';
import { dollarsOf, lengthOf, shortTarget } from '../views/format.ts';
import { answeredOf, sum } from './recent-traffic.ts';

/** A part of a lane: a list of numbers, one for each step. */
export interface Layer {
  readonly name: string;
  readonly values: readonly number[];
}

/** One row of a chart: bars, which several layers stack up. */
export interface Lane {
  readonly label: string;
  readonly layers: readonly Layer[];
  /** All numbers in one text: `1,204 answered, 31 throttled`. */
  readonly total: string;
  /** Only for a target. */
  readonly states?: TargetSeries['state'];
  /** How a number of the lane is written. @default as a whole number */
  readonly format?: (value: number) => string;
}

/** Returns one lane for each target, in the given order. Targets that are left out come last. */
export function targetLanes({ targets }: Series, order: readonly string[]): readonly Lane[] {
  const names = [...new Set([...order, ...Object.keys(targets)])];
  return names.flatMap((name) => {
    const found = targets[name];
    if (!found) return [];
    const layers = [
      { name: 'answered', values: answeredOf(found) },
      { name: 'throttled', values: found.throttled },
      { name: 'failed', values: found.failed },
      { name: 'skipped', values: found.skipped },
    ];
    const total = totalOf(layers);
    return [{ label: shortTarget(name), layers, total, states: found.state }];
  });
}

/** Returns one lane for each kind of failure that occurred, the most frequent first. */
export function failureLanes({ failures }: Series): readonly Lane[] {
  return Object.entries(failures)
    .map(([kind, values]) => ({ kind, values, count: sum(values) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
    .map(({ kind, values, count }) => ({
      label: kind,
      layers: [{ name: 'failed', values }],
      total: whole(count),
    }));
}

const JOB_WORDS: Readonly<Record<JobCount, string>> = {
  accepted: 'accepted',
  succeeded: 'succeeded',
  degraded: 'of these, degraded',
  failed: 'failed',
  deadLettered: 'dead-lettered',
  expired: 'expired',
  cancelled: 'cancelled',
  deferred: 'deferrals',
};
/** These are shown even if there were none. */
const ALWAYS: readonly JobCount[] = ['accepted', 'succeeded', 'deferred'];

/** Jobs that ended without an answer, although nobody cancelled them. */
const LOST: readonly JobCount[] = ['failed', 'deadLettered', 'expired'];

export function jobLanes({ jobs }: Series): readonly Lane[] {
  return JOB_COUNTS.filter((count) => ALWAYS.includes(count) || sum(jobs[count]) > 0).map(
    (count) => ({
      label: JOB_WORDS[count],
      layers: [{ name: LOST.includes(count) ? 'failed' : count, values: jobs[count] }],
      total: whole(sum(jobs[count])),
    }),
  );
}

/** Returns the lanes of the time to the first token, tokens and dollars. */
export function costLanes(series: Series): readonly Lane[] {
  const { inputTokens, outputTokens, costUsd } = series;
  const { values, mean } = firstToken(series);
  return [
    {
      label: 'first token, mean',
      layers: [{ name: 'time to first token', values }],
      total: mean === undefined ? 'no call' : lengthOf(mean),
      format: (value) => (value === 0 ? '–' : lengthOf(value)),
    },
    lane('input tokens', inputTokens, whole),
    lane('output tokens', outputTokens, whole),
    lane('list price', costUsd, dollarsOf),
  ];
}

function lane(label: string, values: readonly number[], format: (value: number) => string): Lane {
  return { label, layers: [{ name: label, values }], total: format(sum(values)), format };
}

/** Returns the mean over all targets, weighted by their answered calls; 0 for a step without one. */
function firstToken({ targets, costUsd }: Series) {
  const all = Object.values(targets).map((each) => ({
    times: each.firstTokenMs,
    calls: answeredOf(each),
  }));
  const weightAt = (step: number) =>
    all.map(({ times, calls }) => {
      const ms = times[step];
      // A call that fails after its first token has a time, but is not answered.
      const weight = ms === null || ms === undefined ? 0 : Math.max(1, calls[step] ?? 0);
      return { weight, weighted: weight * (ms ?? 0) };
    });
  const meanOf = (weights: ReturnType<typeof weightAt>) => {
    const weight = sum(weights.map((each) => each.weight));
    return weight === 0 ? undefined : sum(weights.map((each) => each.weighted)) / weight;
  };
  const steps = costUsd.map((_, step) => weightAt(step));
  return { values: steps.map((each) => meanOf(each) ?? 0), mean: meanOf(steps.flat()) };
}

function totalOf(layers: readonly Layer[]): string {
  return layers
    .map(({ name, values }) => ({ name, count: sum(values) }))
    .filter(({ name, count }) => count > 0 || name === 'answered')
    .map(({ name, count }) => `${whole(count)} ${name}`)
    .join(', ');
}

export function whole(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
