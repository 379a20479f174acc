import type { Guardrail, Settings } from './policy.ts';

/** A guardrail of the settings in one of its Regions. */
export interface RegionalGuardrail extends Guardrail {
  readonly name: string;
  readonly region: string;
}

/** Returns all guardrails of the settings, Region by Region. */
export function guardrailsOf({
  guardrails,
}: Pick<Settings, 'guardrails'>): readonly RegionalGuardrail[] {
  return Object.entries(guardrails).flatMap(([name, regions]) =>
    Object.entries(regions).map(([region, guardrail]) => ({ name, region, ...guardrail })),
  );
}
