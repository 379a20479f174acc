import { shortTarget } from '../views/format.ts';
import type { TargetHealth } from '../views/operators/health-words.ts';

/** Returns what opened the circuit or disabled the target: `9 of 12 calls failed (quota-minute)`. */
export function failuresOf({ evidence, configErrors, cause }: TargetHealth): string {
  if (configErrors?.disabledSince !== undefined) {
    const { failures, reason } = configErrors;
    return `${failures} configuration errors, the last one ${reason}`;
  }
  if (!evidence) return cause ?? '';
  const { calls, failures, failure, slowCalls = 0, stage } = evidence;
  const kind = failure ? ` (${failure})` : '';
  if (stage !== undefined) return `a call of recovery stage ${stage + 1} failed${kind}`;
  if (evidence.rule === 'slow') return `${slowCalls} of ${calls} calls were slow`;
  return `${failures} of ${calls} ${calls === 1 ? 'call' : 'calls'} failed${kind}`;
}

/** Explains the rules that open a circuit, in the page's few words. */
const RULES: Readonly<Record<string, string>> = {
  rate: 'the share of failures is too high',
  excess: 'too many failures in a short time',
  dry: 'failures in a row, and no success',
  slow: 'too many slow calls',
};

/** Returns `rule rate: the share of failures is too high`. */
export function ruleOf({ evidence }: TargetHealth): string | undefined {
  if (!evidence) return undefined;
  const { rule } = evidence;
  return Object.hasOwn(RULES, rule) ? `rule ${rule}: ${RULES[rule]}` : `rule ${rule}`;
}

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
