/** Sentences on the health of a target, as its circuit and its errors give it, without overrides. */
import type { Snapshot } from '../../../contract/snapshot.ts';
import type { SignName, Tone } from '../sign-names.ts';

export type AdminHealth = NonNullable<Snapshot['health']>['value'];
export type TargetHealth = AdminHealth['targets'][number];
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

/** Returns the evidence that opened the circuit: `4 of 6 calls failed (quota-minute), rule rate`. */
export function evidenceSentence({ evidence, configErrors }: TargetHealth): string | undefined {
  if (configErrors) {
    const { failures, reason } = configErrors;
    return `${failures} configuration ${failures === 1 ? 'error' : 'errors'}, the last one ${reason}`;
  }
  if (!evidence) return undefined;
  const { calls, failures, failure, rule } = evidence;
  return `${failures} of ${calls} calls failed${failure ? ` (${failure})` : ''}, rule ${rule}`;
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
