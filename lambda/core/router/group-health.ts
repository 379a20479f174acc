import { ADMITTED_CALLS, HEALTH_STATES } from '../../contract/words.ts';
import type { HealthStatus, TargetHealth } from './target-health.ts';

/**
 * Returns the health of a region, a model or a profile: that of its best target, because one open
 * circuit says nothing about the others.
 */
export function groupHealth(members: readonly TargetHealth[]): HealthStatus {
  const health = best(
    HEALTH_STATES,
    members.map((member) => member.health),
  );
  const admits = best(
    ADMITTED_CALLS,
    members.map((member) => member.admits),
  );
  if (health === 'healthy') return { health, admits };
  const cause = causeOf(members);
  const since = members.flatMap((member) => member.since ?? []).sort();
  const until = members.flatMap((member) => member.until ?? []).sort();
  return {
    health,
    admits,
    ...(cause !== undefined && { cause }),
    ...(since.length > 0 && { since: since.at(-1) }),
    ...(until.length > 0 && { until: until[0] }),
  };
}

function best<T>(states: readonly [T, ...T[]], present: readonly T[]): T {
  return states.find((state) => present.includes(state)) ?? states[0];
}

/** Returns the cause that all members share. An unhealthy region is a cause for all its targets. */
function causeOf(members: readonly TargetHealth[]): string | undefined {
  const causes = new Set(members.map(({ cause }) => cause));
  const regions = new Set(members.map(({ region }) => region));
  if (regions.size === 1 && causes.has('region-unhealthy')) return 'region-unhealthy';
  return causes.size === 1 ? [...causes][0] : undefined;
}
