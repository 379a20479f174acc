import type { BreakerPolicy } from '../../lambda/contract/policy.ts';
import { CircuitStoreError } from '../../lambda/core/breaker/circuit-store.ts';
import { timingOf } from '../../lambda/core/breaker/timing.ts';
import { seededRandom } from '../../local/bedrock/seeded-random.ts';
import type { OpenStore } from '../suites/circuit-cases.ts';
import { CircuitChecker } from './circuit-checker.ts';
import {
  CALLS,
  LONGEST_OVERRIDE_SECONDS,
  type Overriding,
  type Result,
  type Scenario,
  type Step,
} from './circuit-scenario.ts';
import { FakeClock } from './fake-clock.ts';
import { aPolicy, Fleet, OK } from './fleet.ts';
import type { Fault, Operation } from './watched-store.ts';

const POLICY: BreakerPolicy = aPolicy({
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
const KEYS = ['us-east-1/one', 'us-east-1/two', 'us-west-2/three'] as const;

/** One run of a scenario. */
export class ScenarioRun {
  readonly fleet: Fleet;
  readonly checkers: ReadonlyMap<string, CircuitChecker>;
  readonly #scenario: Scenario;
  /** The number of crashes of each worker. A crashed worker is replaced by a cold one. */
  readonly #crashes: number[];
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
    this.#crashes = Array.from({ length: workers }, () => 0);
    const random = seededRandom(seed);
    const keys = KEYS.slice(0, circuits);
    this.checkers = new Map(keys.map((key) => [key, new CircuitChecker(POLICY)]));
    const save = store.save.bind(store);
    store.save = async (key, record, expected) => {
      const saved = await save(key, record, expected);
      if (saved) this.checkers.get(key)?.saved(record, clock.now());
      return saved;
    };
    const addToWindow = store.addToWindow.bind(store);
    store.addToWindow = async (key, epoch, slot, counts) => {
      await addToWindow(key, epoch, slot, counts);
      this.checkers.get(key)?.counted(epoch, counts);
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

  /** Lets all calls end and all workers flush, without faults. */
  async drain(): Promise<void> {
    const { fleet } = this;
    fleet.store.fault = () => undefined;
    await fleet.seconds(LONGEST_CALL_MS / 1000);
    for (const number of fleet.numbers) {
      if (!fleet.hasCrashed(number)) void fleet.worker(number).flush();
    }
    await fleet.seconds(1);
  }

  /** Ends all faults and overrides. Every worker then makes calls that succeed, until the circuits close or time is up. */
  async recover(): Promise<void> {
    this.fleet.store.fault = () => undefined;
    await this.fleet.seconds(LONGEST_OVERRIDE_SECONDS);
    const isClosed = () => [...this.checkers.values()].every(({ state }) => state === 'CLOSED');
    for (let passedMs = 0; passedMs < livenessMs() && !isClosed(); passedMs += 500) {
      for (let worker = 0; worker < this.#scenario.workers; worker++) {
        for (const key of this.checkers.keys())
          void this.#call(1_000_000 + worker, key, { outcome: OK, takesMs: 100, tokenMs: 50 });
      }
      await this.fleet.clock.advance(500);
    }
  }

  get violations(): readonly string[] {
    // A worker that lost the store reports epochs of its own, and keeps counts of its own.
    const isShared = this.fleet.ofType('degraded').length === 0;
    const { refused, lost } = this.#scenario.faults;
    for (const [key, checker] of this.checkers) {
      if (!isShared) continue;
      checker.checkEvents(this.fleet.events.filter((event) => 'key' in event && event.key === key));
      // A crash may lose counts that the store refused.
      if (refused + lost === 0) checker.checkCounts();
    }
    return [...this.checkers.values()].flatMap(({ violations }) => violations);
  }

  #take(each: Step): void {
    const { workers, circuits } = this.#scenario;
    const index = each.worker % workers;
    const worker = this.#numberOf(index);
    const key = KEYS[each.circuit % circuits] ?? KEYS[0];
    switch (each.action) {
      case 'crash':
        // The results of the calls of all these workers arrive late.
        for (let i = 0; i < workers; i++) this.#replace(i);
        return;
      case 'override':
        this.#operator = this.#operator.then(() => this.#override(worker, key, each));
        return;
      case 'abandon':
        void this.#call(worker, key, undefined);
        return;
      case 'crash-in-call':
        void this.#call(worker, key, CALLS[each.outcome], () => {
          this.fleet.crash(worker);
          if (worker === this.#numberOf(index)) this.#replace(index);
        });
        return;
      default:
        void this.#call(worker, key, CALLS[each.outcome]);
    }
  }

  #numberOf(index: number): number {
    return (this.#crashes[index] ?? 0) * this.#scenario.workers + index;
  }

  #replace(index: number): void {
    this.#crashes[index] = (this.#crashes[index] ?? 0) + 1;
  }

  /** Makes a call. If `result` is undefined, the call is never settled. */
  async #call(
    worker: number,
    key: string,
    result: Result | undefined,
    crash?: () => void,
  ): Promise<void> {
    const { fleet } = this;
    const admission = await fleet.admit(worker, key);
    if (!admission.admitted) return;
    const checker = this.checkers.get(key);
    // A worker that lost the store does not see the others' openings and overrides.
    const isShared = fleet.ofType('degraded').length === 0;
    if (isShared) checker?.admitted(fleet.clock.now(), GRACE);
    if (!result) return;
    const { permit } = admission;
    const epoch = checker?.epoch ?? 0;
    const { outcome, takesMs, tokenMs } = result;
    const isBroken = outcome.kind === 'failure';
    if (!isBroken || crash) checker?.maySucceed(epoch);
    if (tokenMs !== undefined) {
      await fleet.clock.sleep(tokenMs);
      if (!fleet.hasCrashed(worker)) void permit.token();
    }
    crash?.();
    await fleet.clock.sleep(takesMs - (tokenMs ?? 0));
    if (fleet.hasCrashed(worker)) return;
    await permit.settle(outcome);
    const isProbe = permit.stage !== undefined && fleet.ofType('degraded').length === 0;
    if (isProbe && isBroken && tokenMs !== undefined) checker?.broke(epoch);
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

const LONGEST_CALL_MS = Math.max(...Object.values(CALLS).map(({ takesMs }) => takesMs));

const { viewMaxAgeMs, recheckMs, claimJitterMaxMs } = timingOf(POLICY);

/** The duration of a read that the store refuses twice, with a longer wait after each refusal. */
const SLOWEST_READ_MS = 3 * 2 * LATENCY_MS + (1 + 2) * claimJitterMaxMs;

/** The largest view age plus the latency of a read. An override also needs the slowest read. */
const GRACE = {
  openMs: viewMaxAgeMs + 4 * LATENCY_MS,
  forcedMs: recheckMs + 4 * LATENCY_MS + SLOWEST_READ_MS,
};

/**
 * Case 77: a lease, the running cooldown, one more cooldown and three calls of the longest kind. The
 * permits of a recovery may come one by one.
 */
function livenessMs(): number {
  const { firstTokenSeconds, stallSeconds, cooldownSeconds, recoveryStages } = POLICY;
  const callSeconds = firstTokenSeconds + stallSeconds;
  const pacedMs = recoveryStages.reduce((sum, permits) => sum + permits, 0) * recheckMs;
  return 1_000 * (1.25 * callSeconds + 2 * 1.1 * cooldownSeconds + 3 * callSeconds) + pacedMs;
}

/** A read changes nothing, so for a read `response-lost` would equal `lost`. */
function faultOf(
  operation: Operation,
  faults: Scenario['faults'],
  random: () => number,
): Fault | undefined {
  const isWrite = operation === 'save' || operation === 'addToWindow';
  const draw = random();
  if (draw < faults.refused) return 'refused';
  if (draw < faults.refused + faults.lost) return 'lost';
  const all = faults.refused + faults.lost + faults['response-lost'];
  return isWrite && draw < all ? 'response-lost' : undefined;
}
