import { shortTarget } from '../views/format.ts';
import type { TargetHealth } from '../views/operators/health-words.ts';

/** Returns `stage 2 of 3, 4 of 5 calls succeeded`. */
export function stageOf(target: TargetHealth, stages: readonly number[]): string {
  const { stage = 0, succeeded = 0 } = target;
  const permits = stages[stage];
  if (permits === undefined) return `stage ${stage + 1}, ${succeeded} calls succeeded`;
  return `stage ${stage + 1} of ${stages.length}, ${succeeded} of ${permits} ${permits === 1 ? 'call' : 'calls'} succeeded`;
}

/** Returns `user/ada` for the ARN of that user. */
export function shortActor(arn: string): string {
  return arn.split(':').at(-1) || arn;
}

/** Shortens the names of the targets in a sentence. */
export function withShortTargets(sentence: string, targets: readonly string[]): string {
  // A name may begin with another one, so the longest is replaced first.
  const longestFirst = targets.toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce(
    (shown, target) => shown.replaceAll(target, shortTarget(target)),
    sentence,
  );
}
