import { NOTICE_DAYS } from '../lambda/contract/lifecycle.ts';
import { type Target, targetKey } from '../lambda/contract/policy.ts';
import { lifecycleOf } from '../lambda/core/router/lifecycle.ts';
import type { ModelCatalogue } from '../lambda/core/router/model-catalogue.ts';
import type { Finding } from './finding.ts';

/** When the target's model ends, as the catalogue says it; whether it answers is `checkModel`'s. */
export async function checkLifecycle(
  catalogue: ModelCatalogue,
  target: Target,
  nowMs: number,
): Promise<Finding> {
  const finding = { check: 'lifecycle', subject: targetKey(target) } as const;
  const entry = await catalogue.read(target).catch(() => undefined);
  if (entry === undefined) {
    const fix = 'see the line of its model, then run again';
    return { ...finding, level: 'warning', found: 'the catalogue does not answer', fix };
  }
  const { findings, endOfLifeMs } = lifecycleOf(entry, nowMs);
  const end =
    endOfLifeMs === undefined ? '' : ` ${new Date(endOfLifeMs).toISOString().slice(0, 10)}`;
  if (findings.length === 0) return { ...finding, level: 'good', found: `active${end}` };
  const found = `${findings.join(', ')}${end}`;
  if (findings.includes('no-access')) {
    const fix = 'allow bedrock:GetFoundationModel and bedrock:GetInferenceProfile';
    return { ...finding, level: 'warning', found, fix };
  }
  const isOver = findings.some((each) => ['ended', 'inactive', 'not-found'].includes(each));
  const fix = `replace it in the settings; a model needs more than ${NOTICE_DAYS} days`;
  return { ...finding, level: isOver ? 'bad' : 'warning', found, fix };
}
