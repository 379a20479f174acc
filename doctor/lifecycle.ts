import { type LifecycleFinding, NOTICE_DAYS } from '../lambda/contract/lifecycle.ts';
import { type Target, targetKey } from '../lambda/contract/policy.ts';
import { lifecycleOf } from '../lambda/core/router/lifecycle.ts';
import type { ModelCatalogue } from '../lambda/core/router/model-catalogue.ts';
import type { Finding } from './finding.ts';

const TEXTS: Readonly<Record<LifecycleFinding, string>> = {
  legacy: 'Bedrock lists the model as legacy',
  'ends-soon': 'the model will soon reach its end of life',
  ended: 'the model has reached its end of life',
  inactive: 'the inference profile is not active',
  'not-found': 'the region does not have this model or profile',
  'no-access': 'access to the model catalogue is denied',
};

/** Checks in Bedrock's catalogue how near the target's model is to its end of life. */
export async function checkLifecycle(
  catalogue: ModelCatalogue,
  target: Target,
  nowMs: number,
): Promise<Finding> {
  const finding = { check: 'lifecycle', subject: targetKey(target) } as const;
  const entry = await catalogue.read(target).catch(() => undefined);
  if (entry === undefined) {
    const fix = 'follow the fix of the model check for this target, then run the doctor again';
    return { ...finding, level: 'warning', found: 'the model catalogue does not answer', fix };
  }
  const { findings, endOfLifeMs } = lifecycleOf(entry, nowMs);
  const end =
    endOfLifeMs === undefined
      ? ''
      : ` (end of life: ${new Date(endOfLifeMs).toISOString().slice(0, 10)})`;
  if (findings.length === 0) return { ...finding, level: 'good', found: `active${end}` };
  const found = `${findings.map((each) => TEXTS[each]).join('; ')}${end}`;
  if (findings.includes('no-access')) {
    const fix =
      'allow bedrock:GetFoundationModel and bedrock:GetInferenceProfile for your user or role';
    return { ...finding, level: 'warning', found, fix };
  }
  const isOver = findings.some((each) => ['ended', 'inactive', 'not-found'].includes(each));
  const fix = `replace the model in the settings with one that has more than ${NOTICE_DAYS} days left`;
  return { ...finding, level: isOver ? 'bad' : 'warning', found, fix };
}
