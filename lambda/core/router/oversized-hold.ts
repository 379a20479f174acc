import type { Conversation } from '../../contract/conversation.ts';
import type { Settings } from '../../contract/policy.ts';
import { type AppliedQuotas, burndownOf, tokensPerDayOf } from '../../contract/quotas.ts';
import { heldTokens } from '../admission/token-cost.ts';
import type { Candidate } from './candidates.ts';
import { wantedAnswerTokens } from './shape.ts';

/** A call that would hold more than its source Region's quota of a day. */
export interface OversizedHold {
  readonly heldTokens: number;
  readonly tokensPerDay: number;
}

/** Returns undefined if the call fits a day, and where the quota of the day is not known. */
export function oversizedHold(
  settings: Settings,
  place: Pick<Candidate, 'tier' | 'target'>,
  conversation: Conversation,
  inputTokens: number,
  applied: AppliedQuotas | undefined,
): OversizedHold | undefined {
  const { target } = place;
  const tokensPerDay = tokensPerDayOf(settings, target.region, applied);
  if (tokensPerDay === undefined) return undefined;
  const held = heldTokens({
    inputTokens,
    maxTokens: wantedAnswerTokens(place, conversation),
    expectedOutputTokens: settings.quotas.expectedOutputTokens,
    burndown: burndownOf(target),
  });
  return held > tokensPerDay ? { heldTokens: held, tokensPerDay } : undefined;
}
