import type { Need } from '../../contract/capabilities.ts';
import { defaultChain } from '../../contract/chains.ts';
import type { JobRequest } from '../../contract/job-request.ts';
import { lacksOf, needsOf } from '../../contract/needs.ts';
import { type Settings, targetKey } from '../../contract/policy.ts';
import type { AppliedQuotas } from '../../contract/quotas.ts';
import { allowedPlaces } from './candidates.ts';
import { type OversizedHold, oversizedHold } from './oversized-hold.ts';
import { estimatedTokens } from './prompt-estimate.ts';
import { isHopeless } from './prompt-size.ts';

/** A need of a job, and the targets that cannot meet it. */
export type UnsupportedNeed = {
  readonly path: string;
  /** The keys of the targets. */
  readonly targets: readonly string[];
} & (
  | {
      /** `contextWindow`: the prompt is certainly too long. */
      readonly need: Need | 'contextWindow';
    }
  | ({ readonly need: 'tokensPerDay' } & OversizedHold)
);

/**
 * Returns the needs for which no target may serve the job; none if a target meets them all. Only the
 * targets count that the job's chain and options allow.
 */
export function unsupportedNeeds(
  settings: Settings,
  { conversation, options }: JobRequest,
  applied?: AppliedQuotas,
): readonly UnsupportedNeed[] {
  const needs = needsOf(conversation);
  const size = { need: 'contextWindow', path: 'messages' } as const;
  const tokens = estimatedTokens(conversation, {});
  const chain = options.chain ?? defaultChain(settings);
  const lacking = allowedPlaces(settings, { ...options, chain }).map(({ tier, target }) => ({
    key: targetKey(target),
    lacks: [
      ...lacksOf(target, needs, settings.guardrails),
      ...(isHopeless(target, tokens) ? [size.need] : []),
    ],
    oversized: oversizedHold(settings, { tier, target }, conversation, tokens, applied),
  }));
  if (lacking.some(({ lacks, oversized }) => lacks.length === 0 && !oversized)) return [];
  const lacked = [...needs, size].flatMap(({ need, path }): readonly UnsupportedNeed[] => {
    const targets = lacking
      .filter(({ lacks }) => lacks.some((each) => each === need))
      .map(({ key }) => key);
    return targets.length > 0 ? [{ need, path, targets }] : [];
  });
  const oversized = lacking.flatMap(({ key, oversized }) =>
    oversized
      ? [{ need: 'tokensPerDay' as const, path: MAX_TOKENS, targets: [key], ...oversized }]
      : [],
  );
  return [...lacked, ...oversized];
}

const MAX_TOKENS = 'inferenceConfig.maxTokens';
