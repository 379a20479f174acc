import type { Evidence } from './circuit.ts';

/** What a listener learns: once per change of the shared state, from the worker that made it. */
export type CircuitEvent =
  | (Changed<'opened'> & {
      readonly untilMs: number;
      readonly opens: number;
      readonly evidence: Evidence;
    })
  | (Changed<'half_opened'> & { readonly stage: number; readonly permits: number })
  | (Changed<'stage_advanced'> & { readonly stage: number; readonly permits: number })
  | (Changed<'closed'> & { readonly successes: number })
  /** Under `observe`: it would have opened; at most once per cooldown. */
  | (Changed<'would_open'> & { readonly untilMs: number; readonly evidence: Evidence })
  /** A record could not be read; it counts as open for one cooldown. */
  | { readonly type: 'unreadable'; readonly key: string; readonly atMs: number }
  /** This worker's clock is too far off to change shared state. */
  | { readonly type: 'skewed'; readonly offsetMs: number; readonly atMs: number }
  /** The store does not answer: this worker decides by itself; at most once per cooldown. */
  | { readonly type: 'degraded'; readonly error: string; readonly atMs: number }
  | { readonly type: 'restored'; readonly atMs: number };

/** A change of one circuit. `key` and `epoch` identify it, with the stage of an advance. */
interface Changed<Type extends string> {
  readonly type: Type;
  readonly key: string;
  readonly epoch: number;
  readonly atMs: number;
}
