import type { OverrideView } from '../contract/schemas/overrides.ts';
import type { ScopedOverride } from '../core/breaker/inspection.ts';

export function viewOverride(override: ScopedOverride): OverrideView {
  const { scope, key, mode, reason, actor, sinceMs, untilMs } = override;
  return { scope, key, mode, reason, actor, since: iso(sinceMs), expiresAt: iso(untilMs) };
}

export function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
