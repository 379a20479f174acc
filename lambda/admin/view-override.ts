import type { OverrideView } from '../contract/schemas/overrides.ts';
import type { ScopedOverride } from '../core/breaker/inspection.ts';
import { isoTime } from '../core/clock.ts';

export function viewOverride(override: ScopedOverride): OverrideView {
  const { scope, key, mode, reason, actor, sinceMs, untilMs } = override;
  return { scope, key, mode, reason, actor, since: isoTime(sinceMs), expiresAt: isoTime(untilMs) };
}
