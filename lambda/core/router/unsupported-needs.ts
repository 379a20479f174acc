import type { Need } from '../../contract/capabilities.ts';
import { defaultChain } from '../../contract/chains.ts';
import type { JobRequest } from '../../contract/job-request.ts';
import { lacksOf, needsOf } from '../../contract/needs.ts';
import { type Settings, targetKey } from '../../contract/policy.ts';
import { allowedTargets } from './candidates.ts';

/** A need of a job, and the targets that cannot meet it. */
export interface UnsupportedNeed {
  readonly need: Need;
  readonly path: string;
  /** The keys of the targets. */
  readonly targets: readonly string[];
}

/**
 * Returns the needs for which no target may serve the job; none if a target meets them all. Only the
 * targets count that the job's chain and options allow.
 */
export function unsupportedNeeds(
  settings: Settings,
  { conversation, options }: JobRequest,
): readonly UnsupportedNeed[] {
  const needs = needsOf(conversation);
  const chain = options.chain ?? defaultChain(settings);
  const lacking = allowedTargets(settings, { ...options, chain }).map((target) => ({
    key: targetKey(target),
    lacks: lacksOf(target, needs, settings.guardrails),
  }));
  if (lacking.some(({ lacks }) => lacks.length === 0)) return [];
  return needs.flatMap(({ need, path }) => {
    const targets = lacking.filter(({ lacks }) => lacks.includes(need)).map(({ key }) => key);
    return targets.length > 0 ? [{ need, path, targets }] : [];
  });
}
