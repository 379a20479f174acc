import { targetsOf } from '../contract/chains.ts';
import { type Settings, targetKey } from '../contract/policy.ts';
import type { OverrideRequest, OverrideView } from '../contract/schemas/overrides.ts';
import { OVERRIDE_SCOPES, type OverrideScope } from '../contract/words.ts';
import type { Breaker } from '../core/breaker/breaker.ts';
import { scopeName, scopesOfChains } from '../core/breaker/override-scopes.ts';
import type { ScopedOverride } from '../core/breaker/overrides.ts';
import { type Clock, isoTime } from '../core/clock.ts';
import type { Log } from '../core/telemetry.ts';

export interface OverrideDependencies {
  readonly breaker: Pick<Breaker, 'override' | 'liftOverride'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** The subject of an override: a region, a model, a profile or a target. */
export interface Subject {
  readonly scope: OverrideScope;
  readonly key: string;
}

/** Returns undefined for an unknown scope. */
export function subjectOf(scope: string, key: string): Subject | undefined {
  const known = OVERRIDE_SCOPES.find((each) => each === scope);
  return known && { scope: known, key };
}

/**
 * Sets an override and returns it. If the subject covers no circuit of any chain, the override
 * would have no effect, and the function returns undefined.
 */
export async function setOverride(
  { breaker, clock, log }: OverrideDependencies,
  settings: Settings,
  { scope, key }: Subject,
  request: OverrideRequest,
  actor: string,
): Promise<ScopedOverride | undefined> {
  const known = targetsOf(settings)
    .map(targetKey)
    .flatMap(scopesOfChains(() => settings));
  if (!known.includes(scopeName(scope, key))) return undefined;

  const override = { ...request, actor, sinceMs: clock.now() };
  const replaced = await breaker.override(scope, key, override);
  log.info('override set', {
    scope,
    key,
    actor,
    mode: override.mode,
    reason: override.reason,
    until: isoTime(override.untilMs),
    ...(replaced && { replacedMode: replaced.mode, replacedActor: replaced.actor }),
  });
  return { ...override, scope, key };
}

/**
 * Lifts an override and returns it, or undefined if there is no such override. The subject need not
 * be in a chain, so an operator can still lift the override of a target that has left the
 * settings.
 */
export async function liftOverride(
  { breaker, log }: OverrideDependencies,
  { scope, key }: Subject,
  actor: string,
): Promise<ScopedOverride | undefined> {
  const lifted = await breaker.liftOverride(scope, key);
  if (!lifted) return undefined;
  const { mode, actor: setBy } = lifted;
  log.info('override lifted', { scope, key, actor, mode, setBy });
  return { ...lifted, scope, key };
}

export function viewOverride(override: ScopedOverride): OverrideView {
  const { scope, key, mode, reason, actor, sinceMs, untilMs } = override;
  return { scope, key, mode, reason, actor, since: isoTime(sinceMs), expiresAt: isoTime(untilMs) };
}
