import { BREAKER_DEFAULTS, type BreakerPolicy } from '../../lambda/contract/policy.ts';
import type {
  OverrideMode,
  OverrideScope,
  TargetFailureKind,
} from '../../lambda/contract/words.ts';
import type { Admission, CallRequest } from '../../lambda/core/breaker/admission.ts';
import { Breaker } from '../../lambda/core/breaker/breaker.ts';
import type { CircuitStore } from '../../lambda/core/breaker/circuit-store.ts';
import type { CircuitEvent } from '../../lambda/core/breaker/events.ts';
import type { Outcome, Permit } from '../../lambda/core/breaker/permit.ts';
import type { Clock, Random } from '../../lambda/core/clock.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { FakeClock } from './fake-clock.ts';
import { WatchedStore } from './watched-store.ts';

export const KEY = 'us-east-1/us.anthropic.claude-sonnet-4-6';

/** The settings of docs/breaker-cases.md: only the rate rule, no cached view. */
export function aPolicy(changes: Partial<BreakerPolicy> = {}): BreakerPolicy {
  return {
    ...BREAKER_DEFAULTS,
    excessFailures: Number.POSITIVE_INFINITY,
    consecutiveFailures: Number.POSITIVE_INFINITY,
    cooldownMaxSeconds: 300,
    firstTokenSeconds: 40,
    viewMaxAgeSeconds: 0,
    ...changes,
  };
}

export interface FleetOptions {
  readonly store: CircuitStore;
  readonly clock?: FakeClock;
  readonly policy?: Partial<BreakerPolicy>;
  readonly random?: Random;
  /** The offset of a worker's clock. @default 0 */
  readonly skewMs?: (worker: number) => number;
}

/** Workers that share a store. `events` holds the events of all of them. */
export class Fleet {
  readonly store: WatchedStore;
  readonly clock: FakeClock;
  readonly events: CircuitEvent[] = [];
  policy: BreakerPolicy;
  readonly #options: FleetOptions;
  readonly #workers = new Map<number, Breaker>();
  readonly #crashed = new Set<number>();

  constructor(options: FleetOptions) {
    this.#options = options;
    this.store = new WatchedStore(options.store);
    this.clock = options.clock ?? new FakeClock();
    this.clock.isBusy = () => this.store.operationsInFlight > 0;
    this.policy = aPolicy(options.policy);
  }

  worker(number: number): Breaker {
    const known = this.#workers.get(number);
    if (known) return known;
    const clock = this.#clockOf(number);
    const worker = new Breaker({
      store: this.store,
      newPrivateStore: () => new MemoryCircuitStore(clock.now),
      policy: () => this.policy,
      clock,
      random: this.#options.random ?? (() => 0.5),
      workerId: `w${number}`,
      on: (event) => this.events.push(event),
    });
    this.#workers.set(number, worker);
    return worker;
  }

  /** Replaces a worker by a cold one with the same number. */
  replace(number: number): Breaker {
    this.#workers.delete(number);
    return this.worker(number);
  }

  /** Stops a worker in the middle of its calls: none of its waits ever ends. Its number is not reused. */
  crash(number: number): void {
    this.#crashed.add(number);
  }

  /** The numbers of all workers so far. */
  get numbers(): readonly number[] {
    return [...this.#workers.keys()];
  }

  hasCrashed(number: number): boolean {
    return this.#crashed.has(number);
  }

  async admit(worker = 1, key = KEY, call?: CallRequest): Promise<Admission> {
    return await this.worker(worker).admit(key, call);
  }

  /** Returns a permit; throws if the call is rejected. */
  async permit(worker = 1, key = KEY, call?: CallRequest): Promise<Permit> {
    const admission = await this.admit(worker, key, call);
    if (admission.admitted) return admission.permit;
    throw new Error(`worker ${worker} was rejected: ${admission.reason}`);
  }

  /** Makes a whole call: admission, outcome, flush. Returns false if it was rejected. */
  async call(outcome: Outcome, worker = 1, call?: CallRequest): Promise<boolean> {
    const admission = await this.admit(worker, KEY, call);
    if (!admission.admitted) return false;
    await admission.permit.settle(outcome);
    await this.worker(worker).flush();
    return true;
  }

  /** Makes calls one after the other; the workers take turns. */
  async calls(times: number, outcome: Outcome, workers = 1): Promise<void> {
    for (let i = 0; i < times; i++) await this.call(outcome, 1 + (i % workers));
  }

  async override(
    scope: OverrideScope,
    key: string,
    mode: OverrideMode,
    seconds: number,
  ): Promise<void> {
    const sinceMs = this.clock.now();
    const untilMs = sinceMs + seconds * 1000;
    const override = { mode, reason: 'a test', actor: 'tester', sinceMs, untilMs };
    await this.worker(1).override(scope, key, override);
  }

  async state(worker = 99): Promise<string> {
    const [summary] = await this.worker(worker).summaries([KEY]);
    if (!summary) throw new Error('no summary');
    const { state, stage } = summary;
    return stage === undefined ? state : `${state} ${stage}`;
  }

  ofType<Type extends CircuitEvent['type']>(type: Type) {
    return this.events.filter(
      (event): event is Extract<CircuitEvent, { type: Type }> => event.type === type,
    );
  }

  async seconds(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
  }

  #clockOf(worker: number): Clock {
    const { clock } = this;
    const skewMs = this.#options.skewMs?.(worker) ?? 0;
    return {
      now: () => clock.now() + skewMs,
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal);
        if (this.#crashed.has(worker)) await new Promise(() => undefined);
      },
    };
  }
}

export const OK: Outcome = { kind: 'success' };
export const IGNORED: Outcome = { kind: 'ignored' };

export function failure(
  kind: TargetFailureKind = 'capacity',
  options: { readonly retryAfterMs?: number } = {},
): Outcome {
  return { kind: 'failure', failure: kind, ...options };
}

export const FAIL: Outcome = failure();

/** Returns a fleet on a store in memory. */
export function aFleet(options: Omit<FleetOptions, 'store' | 'clock'> = {}): Fleet {
  const clock = new FakeClock();
  return new Fleet({ ...options, clock, store: new MemoryCircuitStore(() => clock.now()) });
}

/** Lets the next save fail, as if another worker had saved first. */
export function loseNextConflict({ store }: Fleet): void {
  const save = store.save.bind(store);
  store.save = async () => {
    store.save = save;
    return false;
  };
}

export type NewFleet = (options?: Omit<FleetOptions, 'store'>) => Promise<Fleet>;

/** Returns a fleet whose circuit has just opened. */
export async function opened(
  newFleet: NewFleet,
  policy: Partial<BreakerPolicy> = {},
  options: Omit<FleetOptions, 'store' | 'policy'> = {},
): Promise<Fleet> {
  const fleet = await newFleet({ ...options, policy });
  await fleet.calls(20, FAIL);
  return fleet;
}

export function permitsOf(admissions: readonly Admission[]): Permit[] {
  return admissions.flatMap((admission) => (admission.admitted ? [admission.permit] : []));
}

/** Sums up the window of an epoch. A circuit without a record has epoch 0. */
export async function countsOf(fleet: Fleet, epoch = 0) {
  const startMs = fleet.clock.now() - 59_000;
  const buckets = await fleet.store.readWindow(KEY, epoch, { startMs, bucketMs: 1_000 });
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  return {
    success: sum(buckets.map(({ success: count }) => count)),
    failures: sum(buckets.flatMap(({ failures }) => Object.values(failures))),
  };
}
