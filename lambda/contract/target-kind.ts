import { profileOf } from './geography.ts';
import type { Target } from './policy.ts';

/** The kinds of Bedrock resource that a target's id can name. */
export type TargetKind =
  | 'arn'
  | 'foundation-model'
  | 'inference-profile'
  | 'application-inference-profile';

export function kindOf(target: Target): TargetKind {
  if (target.modelId.startsWith('arn:')) return 'arn';
  // An id shows its geography only if Bedrock defined the profile. If the settings have to state
  // the geography or the model, the account defined the profile.
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
