import { distanceOf } from '../views/format.ts';
import type { Quota } from '../views/operators/health-words.ts';
import { whole } from './lanes.ts';

/**
 * Returns the use of a target's quota: `quota 34 % held, 1,204 tokens today`. Returns undefined if nobody
 * counts it.
 */
export function quotaWords({ source, noAccess, use }: Quota, nowMs: number): string | undefined {
  if (noAccess) return 'quota 0: no access';
  if (!use) return undefined;
  const { heldPercent, freeAt, ratePercent, tokensToday } = use;
  const { tokens = 0, requests = 0 } = heldPercent;
  const parts = [
    source && !freeAt && `quota ${whole(Math.max(tokens, requests))} % held`,
    freeAt && `quota full, free ${distanceOf(freeAt, nowMs)}`,
    ratePercent < 100 && `lowered to ${whole(ratePercent)} %`,
    `${whole(tokensToday)} tokens today`,
  ];
  return parts.filter(Boolean).join(', ');
}
