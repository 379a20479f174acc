import type { Need } from '../../contract/capabilities.ts';
import { defaultChain } from '../../contract/chains.ts';
import type { JobRequest } from '../../contract/job-request.ts';
import { lacksOf, needsOf } from '../../contract/needs.ts';
import { type Settings, targetKey } from '../../contract/policy.ts';
import { allowedTargets } from './candidates.ts';
import { estimatedTokens } from './prompt-estimate.ts';
import { isHopeless } from './prompt-size.ts';

/** A need of a job, and the targets that cannot meet it. */
export interface UnsupportedNeed {
  /** `contextWindow`: the prompt is certainly too long. */
  readonly need: Need | 'contextWindow';
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
  const size = { need: 'contextWindow', path: 'messages' } as const;
  const tokens = estimatedTokens(conversation, {});
  const chain = options.chain ?? defaultChain(settings);
  const lacking = allowedTargets(settings, { ...options, chain }).map((target) => ({
    key: targetKey(target),
    lacks: [
      ...lacksOf(target, needs, settings.guardrails),
      ...(isHopeless(target, tokens) ? [size.need] : []),
    ],
  }));
  if (lacking.some(({ lacks }) => lacks.length === 0)) return [];
  return [...needs, size].flatMap(({ need, path }): readonly UnsupportedNeed[] => {
    const targets = lacking
      .filter(({ lacks }) => lacks.some((each) => each === need))
      .map(({ key }) => key);
    return targets.length > 0 ? [{ need, path, targets }] : [];
  });
}
