/** Sentences on the health of a target, as its circuit and its errors give it, without overrides. */
import type { Snapshot } from '../../../contract/snapshot.ts';
import type { SignName, Tone } from '../sign-names.ts';

export type AdminHealth = NonNullable<Snapshot['health']>['value'];
export type TargetHealth = AdminHealth['targets'][number];
export type Quota = AdminHealth['quotas'][number];
export type DayBudget = NonNullable<AdminHealth['dayBudgets']>[number];
export type Override = AdminHealth['overrides'][number];

export const CIRCUIT_SIGNS: Readonly<Record<TargetHealth['circuit'], readonly [SignName, Tone]>> = {
  CLOSED: ['check', 'good'],
  OPEN: ['cross', 'bad'],
  HALF_OPEN: ['half', 'warn'],
};

/** Returns the state that the target's calls have led to: `OPEN`, `HALF_OPEN, stage 2`, `disabled`. */
export function computedState({ circuit, stage, configErrors }: TargetHealth): string {
  if (configErrors?.disabledSince !== undefined) return 'disabled';
  return stage === undefined ? circuit : `${circuit}, stage ${stage + 1}`;
}

/**
 * Returns what opened the circuit or disabled the target: `9 of 12 calls failed (quota-minute)`. Before
 * that, returns its configuration errors, or why it does not admit all calls.
 */
export function failuresOf({ evidence, configErrors, cause }: TargetHealth): string {
  if (configErrors && (configErrors.disabledSince !== undefined || !evidence)) {
    const { failures, reason } = configErrors;
    return `${failures} configuration ${failures === 1 ? 'error' : 'errors'}, the last one ${reason}`;
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

/** Returns `legacy, ends-soon: 40 days left`, or undefined without a finding. */
export function lifecycleSentence({ lifecycle }: TargetHealth): string | undefined {
  if (!lifecycle || lifecycle.findings.length === 0) return undefined;
  const found = lifecycle.findings.join(', ');
  const { daysLeft } = lifecycle;
  if (daysLeft === undefined) return found;
  return daysLeft < 0
    ? `${found}: ended ${Math.round(-daysLeft)} days ago`
    : `${found}: ${Math.round(daysLeft)} days left`;
}
