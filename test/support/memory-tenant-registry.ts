import type { TenantRegistry } from '../../lambda/core/jobs/tenant-registry.ts';

/** Returns a registry that the functions of one test share. */
export function memoryTenantRegistry(): TenantRegistry {
  const untilMs = new Map<string, number>();
  return {
    add: async (tenant, until) => void untilMs.set(tenant, until),
    all: async (nowMs) =>
      [...untilMs].flatMap(([tenant, until]) => (until > nowMs ? tenant : [])).sort(),
  };
}
