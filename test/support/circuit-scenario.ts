/**
 * Random scenarios for the property tests: workers whose clocks differ, calls with every outcome or none,
 * crashes, overrides, and a store that is slow, refuses requests, or loses requests or responses. A
 * scenario determines everything that happens, so its seed replays it.
 */
import fc from 'fast-check';
import { OVERRIDE_MODES, type OverrideMode } from '../../lambda/contract/words.ts';
import type { Outcome } from '../../lambda/core/breaker/permit.ts';
import { FAIL, failure, IGNORED, OK } from './fleet.ts';
import type { Fault } from './watched-store.ts';

export const LONGEST_OVERRIDE_SECONDS = 8;
const BROKEN = failure('broken-stream');

export interface Scenario {
  readonly workers: number;
  readonly circuits: number;
  readonly seed: number;
  /** The share of the store's operations that each fault is injected into. */
  readonly faults: Readonly<Record<Fault, number>>;
  readonly steps: readonly Step[];
}

export type Step = Call | Crash | Overriding;

export interface Call extends Waiting {
  /**
   * `abandon`: the call is never settled. `crash-in-call`: its worker crashes at its first token, or
   * at once if it has none.
   */
  readonly action: 'call' | 'abandon' | 'crash-in-call';
  readonly outcome: keyof typeof CALLS;
}

interface Crash extends Waiting {
  readonly action: 'crash';
}

export interface Overriding extends Waiting {
  readonly action: 'override';
  readonly mode: OverrideMode;
  readonly seconds: number;
}

interface Waiting {
  readonly worker: number;
  readonly circuit: number;
  readonly waitMs: number;
}

export interface Result {
  readonly outcome: Outcome;
  readonly takesMs: number;
  /** The time to the first token of a stream. */
  readonly tokenMs?: number;
}

/** The outcome of a call, and how long it takes. */
export const CALLS = {
  ok: { outcome: OK, takesMs: 2_000 },
  slow: { outcome: OK, takesMs: 3_900 },
  fail: { outcome: FAIL, takesMs: 50 },
  ignored: { outcome: IGNORED, takesMs: 100 },
  stream: { outcome: OK, takesMs: 3_900, tokenMs: 300 },
  // The first breaks before a recovery counts it as a success, the second after it.
  'break-soon': { outcome: BROKEN, takesMs: 900, tokenMs: 300 },
  'break-late': { outcome: BROKEN, takesMs: 2_500, tokenMs: 300 },
} as const satisfies Record<string, Result>;

const waiting = {
  worker: fc.nat(49),
  circuit: fc.nat(2),
  waitMs: weighted([0, 6], [20, 6], [150, 4], [700, 4], [4_000, 1]),
};

function step(outcome: fc.Arbitrary<Call['outcome']>, overrides: number): fc.Arbitrary<Step> {
  const action = weighted<Call['action']>(['call', 80], ['abandon', 2], ['crash-in-call', 1]);
  const mode = fc.constantFrom(...OVERRIDE_MODES);
  const seconds = fc.integer({ min: 1, max: LONGEST_OVERRIDE_SECONDS });
  const overriding = fc.record({ ...waiting, action: fc.constant('override'), mode, seconds });
  return fc.oneof(
    { weight: 40, arbitrary: fc.record({ ...waiting, action, outcome }) },
    { weight: 1, arbitrary: fc.record({ ...waiting, action: fc.constant('crash') }) },
    { weight: overrides, arbitrary: overriding },
  ) as fc.Arbitrary<Step>;
}

const FAILING = weighted<Call['outcome']>(
  ['fail', 12],
  ['break-soon', 3],
  ['break-late', 1],
  ['ok', 2],
);
const HEALTHY = weighted<Call['outcome']>(
  ['ok', 50],
  ['stream', 30],
  ['slow', 4],
  ['ignored', 2],
  ['fail', 1],
  ['break-late', 1],
);

const NO_FAULTS = { refused: 0, lost: 0, 'response-lost': 0 };

/** Targets fail at first and mostly succeed later. Half of the scenarios have no overrides. */
export const scenario: fc.Arbitrary<Scenario> = fc.constantFrom(0, 1).chain((overrides) =>
  fc.record({
    workers: fc.integer({ min: 2, max: 50 }),
    circuits: weighted([1, 3], [2, 1], [3, 1]),
    seed: fc.nat(),
    faults: fc.constantFrom(
      NO_FAULTS,
      { ...NO_FAULTS, 'response-lost': 0.05 },
      { ...NO_FAULTS, refused: 0.1 },
      { refused: 0.02, lost: 0.02, 'response-lost': 0.02 },
    ),
    steps: fc
      .tuple(
        fc.array(step(FAILING, 0), { minLength: 15, maxLength: 40 }),
        fc.array(step(HEALTHY, overrides), {
          minLength: 120,
          maxLength: 180,
          size: 'max',
        }),
      )
      .map(([failing, healthy]) => [...failing, ...healthy]),
  }),
);

function weighted<Value>(...options: readonly (readonly [Value, number])[]): fc.Arbitrary<Value> {
  return fc.oneof(...options.map(([value, weight]) => ({ arbitrary: fc.constant(value), weight })));
}
