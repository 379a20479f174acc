import type { CircuitSummary } from './admission.ts';
import { ABSENT, type Circuit, type Evidence } from './circuit.ts';
import { splitScopeName } from './override-scopes.ts';
import type { Override } from './overrides.ts';
import { summaryOf } from './summary.ts';

/** An override and what it was set for. */
export interface ScopedOverride extends Override {
  /** `target`, `profile`, `model` or `region`. */
  readonly scope: string;
  readonly key: string;
}

/** A circuit as its operators see it: also who overrides it and why, and why it opened. */
export interface CircuitInspection extends CircuitSummary {
  /** Openings since it was last closed. */
  readonly opens?: number;
  /** Successes of the recovery stage so far. */
  readonly succeeded?: number;
  /** The numbers that opened it; absent while it is closed. */
  readonly evidence?: Evidence;
  readonly overriddenBy?: ScopedOverride;
}

export function inspectionOf(
  key: string,
  circuit: Circuit = ABSENT,
  override: (Override & { readonly scope: string }) | undefined,
): CircuitInspection {
  return {
    ...summaryOf(key, circuit, override),
    ...(circuit.state !== 'CLOSED' && { opens: circuit.opens, evidence: circuit.evidence }),
    ...(circuit.state === 'HALF_OPEN' && { succeeded: circuit.succeeded }),
    ...(override && { overriddenBy: { ...override, ...splitScopeName(override.scope) } }),
  };
}
