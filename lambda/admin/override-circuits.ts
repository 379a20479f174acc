import { type Settings, targetKey, targetsOf } from '../contract/policy.ts';
import type { OverrideRequest } from '../contract/schemas/overrides.ts';
import { OVERRIDE_SCOPES, type OverrideScope } from '../contract/words.ts';
import type { Breaker } from '../core/breaker/breaker.ts';
import type { ScopedOverride } from '../core/breaker/inspection.ts';
import { scopeName, scopesOfChain } from '../core/breaker/override-scopes.ts';
import { type Clock, isoTime } from '../core/clock.ts';
import type { Log } from '../core/telemetry.ts';

export interface OverrideDependencies {
  readonly circuits: Pick<Breaker, 'override' | 'liftOverride'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** What an override is set for. */
export interface Subject {
  readonly scope: OverrideScope;
  readonly key: string;
}

/** Undefined for a scope that there is none of. */
export function subjectOf(scope: string, key: string): Subject | undefined {
  const known = OVERRIDE_SCOPES.find((each) => each === scope);
  return known && { scope: known, key };
}

/** Undefined when no circuit of the chain is in that scope: it would bind nothing. */
export async function setOverride(
  { circuits, clock, log }: OverrideDependencies,
  settings: Settings,
  { scope, key }: Subject,
  request: OverrideRequest,
  actor: string,
): Promise<ScopedOverride | undefined> {
  const known = targetsOf(settings)
    .map(targetKey)
    .flatMap(scopesOfChain(() => settings));
  if (!known.includes(scopeName(scope, key))) return undefined;

  const override = { ...request, actor, sinceMs: clock.now() };
  const replaced = await circuits.override(scope, key, override);
  log.info('override set', {
    ...{ scope, key, actor, mode: override.mode, reason: override.reason },
    until: isoTime(override.untilMs),
    ...(replaced && { replacedMode: replaced.mode, replacedActor: replaced.actor }),
  });
  return { ...override, scope, key };
}

/**
 * Undefined when there is none. It need not concern the chain any more: what was set for a target that
 * the settings dropped since can still be lifted.
 */
export async function liftOverride(
  { circuits, log }: OverrideDependencies,
  { scope, key }: Subject,
  actor: string,
): Promise<ScopedOverride | undefined> {
  const lifted = await circuits.liftOverride(scope, key);
  if (!lifted) return undefined;
  const { mode, actor: setBy } = lifted;
  log.info('override lifted', { scope, key, actor, mode, setBy });
  return { ...lifted, scope, key };
}
