import { profileOf } from './geography.ts';
import type { Target } from './policy.ts';

/** What a target's id names. */
export type TargetKind =
  | 'arn'
  | 'foundation-model'
  | 'inference-profile'
  | 'application-inference-profile';

export function kindOf(target: Target): TargetKind {
  if (target.modelId.startsWith('arn:')) return 'arn';
  // An id tells its geography only if Bedrock defined the profile; whoever has to say it, or the
  // model, has a profile of their own.
  const byId = profileOf({ region: target.region, modelId: target.modelId });
  if (byId.geography) return 'inference-profile';
  const { model, geography } = profileOf(target);
  return geography || model !== byId.model ? 'application-inference-profile' : 'foundation-model';
}

export function isProfile(target: Target): boolean {
  const kind = kindOf(target);
  return kind === 'arn'
    ? target.modelId.includes('inference-profile/')
    : kind !== 'foundation-model';
}
