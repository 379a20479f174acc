/**
 * Random scenarios for the property tests: workers whose clocks differ, calls with every outcome or none,
 * crashes, overrides, and a store that is slow, refuses requests, or loses requests or responses. A
 * scenario determines everything that happens, so its seed replays it.
 */
import fc from 'fast-check';
import type { BreakerPolicy } from '../../lambda/contract/policy.ts';
import { OVERRIDE_MODES, type OverrideMode } from '../../lambda/contract/words.ts';
import { CircuitStoreError } from '../../lambda/core/breaker/circuit-store.ts';
import type { Outcome } from '../../lambda/core/breaker/permit.ts';
import { timingOf } from '../../lambda/core/breaker/timing.ts';
import { seededRandom } from '../../local/bedrock/seeded-random.ts';
import type { OpenStore } from '../suites/circuit-cases.ts';
import { CircuitChecker } from './circuit-checker.ts';
import { FakeClock } from './fake-clock.ts';
import { aPolicy, FAIL, Fleet, IGNORED, OK } from './fleet.ts';
import type { Fault, Operation } from './watched-store.ts';

export const POLICY: BreakerPolicy = aPolicy({
  cooldownSeconds: 10,
  cooldownMaxSeconds: 40,
  firstTokenSeconds: 3,
  stallSeconds: 1,
  viewMaxAgeSeconds: 0.5,
  consecutiveFailures: 3,
  excessFailures: 4,
});

/** The longest latency of the store, each way. */
const LATENCY_MS = 40;
const LONGEST_OVERRIDE_SECONDS = 8;
const KEYS = ['us-east-1/one', 'us-east-1/two', 'us-west-2/three'] as const;

export interface Scenario {
  readonly workers: number;
  readonly circuits: number;
  readonly seed: number;
  /** The share of the store's operations that each fault is injected into. */
  readonly faults: Readonly<Record<Fault, number>>;
  readonly steps: readonly Step[];
}

type Step = Call | Crash | Overriding;

interface Call extends Waiting {
  readonly action: 'call' | 'abandon';
  readonly outcome: keyof typeof CALLS;
}

interface Crash extends Waiting {
  readonly action: 'crash';
}

interface Overriding extends Waiting {
  readonly action: 'override';
  readonly mode: OverrideMode;
  readonly seconds: number;
}

interface Waiting {
  readonly worker: number;
  readonly circuit: number;
  readonly waitMs: number;
}

/** The outcome of a call, and how long it takes. */
const CALLS = {
  ok: { outcome: OK, takesMs: 2_000 },
  slow: { outcome: OK, takesMs: 3_900 },
  fail: { outcome: FAIL, takesMs: 50 },
  ignored: { outcome: IGNORED, takesMs: 100 },
} as const;

const waiting = {
  worker: fc.nat(49),
  circuit: fc.nat(2),
  waitMs: weighted([0, 6], [20, 6], [150, 4], [700, 4], [4_000, 1]),
};

function step(outcome: fc.Arbitrary<Call['outcome']>, overrides: number): fc.Arbitrary<Step> {
  const action = weighted<Call['action']>(['call', 40], ['abandon', 1]);
  const mode = fc.constantFrom(...OVERRIDE_MODES);
  const seconds = fc.integer({ min: 1, max: LONGEST_OVERRIDE_SECONDS });
  const overriding = fc.record({ ...waiting, action: fc.constant('override'), mode, seconds });
  return fc.oneof(
    { weight: 40, arbitrary: fc.record({ ...waiting, action, outcome }) },
    { weight: 1, arbitrary: fc.record({ ...waiting, action: fc.constant('crash') }) },
    { weight: overrides, arbitrary: overriding },
  ) as fc.Arbitrary<Step>;
}

const NO_FAULTS = { refused: 0, lost: 0, 'answer-lost': 0 };

/** Targets fail at first and mostly succeed later. Half of the scenarios have no overrides. */
export const scenario: fc.Arbitrary<Scenario> = fc.constantFrom(0, 1).chain((overrides) =>
  fc.record({
    workers: fc.integer({ min: 2, max: 50 }),
    circuits: weighted([1, 3], [2, 1], [3, 1]),
    seed: fc.nat(),
    faults: fc.constantFrom(
      NO_FAULTS,
      { ...NO_FAULTS, 'answer-lost': 0.05 },
      { ...NO_FAULTS, refused: 0.1 },
      { refused: 0.02, lost: 0.02, 'answer-lost': 0.02 },
    ),
    steps: fc
      .tuple(
        fc.array(step(weighted(['fail', 8], ['ok', 1]), 0), { minLength: 15, maxLength: 40 }),
        fc.array(step(weighted(['ok', 40], ['slow', 2], ['ignored', 1], ['fail', 1]), overrides), {
          minLength: 120,
          maxLength: 180,
          size: 'max',
        }),
      )
      .map(([failing, healthy]) => [...failing, ...healthy]),
  }),
);

/** One run of a scenario. */
export class ScenarioRun {
  readonly fleet: Fleet;
  readonly checkers: ReadonlyMap<string, CircuitChecker>;
  readonly #scenario: Scenario;
  #generation = 0;
  /** Overrides are set one after the other, so that the checkers know which one applies. */
  #operator: Promise<void> = Promise.resolve();

  static async of(scenario: Scenario, openStore: OpenStore): Promise<ScenarioRun> {
    const clock = new FakeClock();
    return new ScenarioRun(scenario, clock, await openStore(() => clock.now()));
  }

  private constructor(
    { workers, circuits, seed, faults, steps }: Scenario,
    clock: FakeClock,
    store: Awaited<ReturnType<OpenStore>>,
  ) {
    this.#scenario = { workers, circuits, seed, faults, steps };
    const random = seededRandom(seed);
    const keys = KEYS.slice(0, circuits);
    this.checkers = new Map(keys.map((key) => [key, new CircuitChecker(POLICY)]));
    const save = store.save.bind(store);
    store.save = async (key, record, expected) => {
      const saved = await save(key, record, expected);
      if (saved) this.checkers.get(key)?.saved(record, clock.now());
      return saved;
    };
    const skews = Array.from({ length: workers }, () => Math.round((random() - 0.5) * 3_800));
    const skewMs = (worker: number) => skews[worker % workers] ?? 0;
    this.fleet = new Fleet({ store, clock, policy: POLICY, random, skewMs });
    this.fleet.store.latency = () => clock.sleep(Math.floor(random() * LATENCY_MS));
    this.fleet.store.fault = (operation) => faultOf(operation, faults, random);
  }

  /** Runs all steps. */
  async run(): Promise<void> {
    for (const each of this.#scenario.steps) {
      this.#take(each);
      await this.fleet.clock.advance(each.waitMs);
    }
  }

  /** Ends all faults and overrides. Every worker then makes calls that succeed, until the circuits close or time is up. */
  async recover(): Promise<void> {
    this.fleet.store.fault = () => undefined;
    await this.fleet.seconds(LONGEST_OVERRIDE_SECONDS);
    const isClosed = () => [...this.checkers.values()].every(({ state }) => state === 'CLOSED');
    for (let passedMs = 0; passedMs < livenessMs() && !isClosed(); passedMs += 500) {
      for (let worker = 0; worker < this.#scenario.workers; worker++) {
        for (const key of this.checkers.keys())
          void this.#call(1_000_000 + worker, key, { outcome: OK, takesMs: 100 });
      }
      await this.fleet.clock.advance(500);
    }
  }

  get violations(): readonly string[] {
    // A worker that lost the store reports epochs of its own.
    const events = this.fleet.ofType('degraded').length === 0 ? this.fleet.events : [];
    for (const [key, checker] of this.checkers) {
      checker.checkEvents(events.filter((event) => 'key' in event && event.key === key));
    }
    return [...this.checkers.values()].flatMap(({ violations }) => violations);
  }

  #take(each: Step): void {
    const worker =
      this.#generation * this.#scenario.workers + (each.worker % this.#scenario.workers);
    const key = KEYS[each.circuit % this.#scenario.circuits] ?? KEYS[0];
    if (each.action === 'crash') this.#generation++;
    else if (each.action === 'override') {
      this.#operator = this.#operator.then(() => this.#override(worker, key, each));
    } else {
      void this.#call(worker, key, each.action === 'call' ? CALLS[each.outcome] : undefined);
    }
  }

  /** Makes a call. If `result` is undefined, the call is never settled. */
  async #call(
    worker: number,
    key: string,
    result: { readonly outcome: Outcome; readonly takesMs: number } | undefined,
  ): Promise<void> {
    const { fleet } = this;
    const admission = await fleet.admit(worker, key);
    if (!admission.admitted) return;
    // A worker that lost the store does not see the others' openings and overrides.
    const isShared = fleet.ofType('degraded').length === 0;
    if (isShared) this.checkers.get(key)?.admitted(fleet.clock.now(), GRACE);
    if (!result) return;
    await fleet.clock.sleep(result.takesMs);
    await admission.permit.settle(result.outcome);
    await fleet.worker(worker).flush();
  }

  async #override(worker: number, key: string, { mode, seconds }: Overriding): Promise<void> {
    const { clock } = this.fleet;
    const sinceMs = clock.now();
    const untilMs = sinceMs + seconds * 1000;
    const override = { mode, reason: 'a test', actor: 'tester', sinceMs, untilMs };
    this.checkers.get(key)?.overridden();
    try {
      await this.fleet.worker(worker).override('target', key, override);
      if (mode === 'force-open') this.checkers.get(key)?.forcedOpen(clock.now(), untilMs);
    } catch (error) {
      // Setting an override is the only operation that reports a lost store to its caller.
      if (!(error instanceof CircuitStoreError)) throw error;
    }
  }
}

const { viewMaxAgeMs, recheckMs, claimJitterMaxMs } = timingOf(POLICY);

/** The duration of a read that the store refuses twice, with a longer wait after each refusal. */
const SLOWEST_READ_MS = 3 * 2 * LATENCY_MS + (1 + 2) * claimJitterMaxMs;

/** The largest view age plus the latency of a read. An override also needs the slowest read. */
const GRACE = {
  openMs: viewMaxAgeMs + 4 * LATENCY_MS,
  forcedMs: recheckMs + 4 * LATENCY_MS + SLOWEST_READ_MS,
};

/** Case 77: a lease, the running cooldown, one more cooldown and three calls of the longest kind. */
function livenessMs(): number {
  const { firstTokenSeconds, stallSeconds, cooldownSeconds } = POLICY;
  const callSeconds = firstTokenSeconds + stallSeconds;
  return 1_000 * (1.25 * callSeconds + 2 * 1.1 * cooldownSeconds + 3 * callSeconds);
}

/** A read changes nothing, so for a read `answer-lost` would equal `lost`. */
function faultOf(
  operation: Operation,
  faults: Scenario['faults'],
  random: () => number,
): Fault | undefined {
  const isWrite = operation === 'save' || operation === 'addToWindow';
  const draw = random();
  if (draw < faults.refused) return 'refused';
  if (draw < faults.refused + faults.lost) return 'lost';
  const all = faults.refused + faults.lost + faults['answer-lost'];
  return isWrite && draw < all ? 'answer-lost' : undefined;
}

function weighted<Value>(...options: readonly (readonly [Value, number])[]): fc.Arbitrary<Value> {
  return fc.oneof(...options.map(([value, weight]) => ({ arbitrary: fc.constant(value), weight })));
}
