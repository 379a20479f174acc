import { SANDBOX_INPUT_BYTES } from '../../lambda/contract/input-limits.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import { workerTimeoutSeconds } from '../../lambda/contract/time-budget.ts';
import type { BucketStore } from '../../lambda/core/admission/bucket-store.ts';
import { NO_QUOTAS, Quotas } from '../../lambda/core/admission/quotas.ts';
import { Breaker } from '../../lambda/core/breaker/breaker.ts';
import type { CircuitStore } from '../../lambda/core/breaker/circuit-store.ts';
import type { CircuitEvent } from '../../lambda/core/breaker/events.ts';
import type { Random } from '../../lambda/core/clock.ts';
import type { JobEnds } from '../../lambda/core/jobs/job-ends.ts';
import type { JobStore } from '../../lambda/core/jobs/job-store.ts';
import { MemoryBudget } from '../../lambda/core/jobs/memory-budget.ts';
import type { ResultStore } from '../../lambda/core/jobs/result-store.ts';
import { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import type { ModelClient } from '../../lambda/core/router/model-client.ts';
import { createRouter } from '../../lambda/core/router/router.ts';
import type { Log, Metrics } from '../../lambda/core/telemetry.ts';
import { MemoryBucketStore } from '../../lambda/stores/memory-bucket-store.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { type WorkDependencies, work } from '../../lambda/worker/work.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { memoryDisabledTargets } from '../support/memory-disabled-targets.ts';
import type { ReceivedMessage, SimulatedQueue } from './simulated-queue.ts';

/** The duration of a backlog after which the fleet adds a poller. */
const GROWTH_MS = 250;

export interface FleetParts {
  readonly settings: Settings;
  readonly clock: FakeClock;
  readonly random: Random;
  readonly circuits: CircuitStore;
  /** The buckets of the known quotas. @default no quota is known */
  readonly buckets?: BucketStore;
  readonly models: ModelClient;
  readonly queue: SimulatedQueue;
  readonly jobs: JobStore;
  readonly ends: JobEnds;
  readonly results: ResultStore;
  readonly newId: () => string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The number of pollers at the beginning. A backlog adds more, up to `workerConcurrency`. */
  readonly pollers: number;
  readonly on: (event: CircuitEvent) => void;
}

/** One run of a worker function. Times are in milliseconds since the epoch. */
export interface InvocationRecord {
  readonly messages: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

type Sandbox = (bodies: readonly string[]) => Promise<void>;

/**
 * The worker fleet in virtual time: pollers that hand batches to sandboxes, and in each sandbox the
 * breaker, the router and the job use cases of the real worker function.
 */
export class SimulatedFleet {
  readonly invocations: InvocationRecord[] = [];
  readonly #parts: FleetParts;
  readonly #idle: Sandbox[] = [];
  readonly #disabledTargets = memoryDisabledTargets();
  #sandboxes = 0;
  #isGrowing = false;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    for (let i = 0; i < parts.pollers; i++) this.#idle.push(this.#newSandbox());
    parts.queue.onReady = () => this.#dispatch();
  }

  #dispatch(): void {
    const { random, queue, settings } = this.#parts;
    while (queue.waiting > 0 && this.#idle.length > 0) {
      const [sandbox] = this.#idle.splice(Math.floor(random() * this.#idle.length), 1);
      if (!sandbox) return;
      void this.#invoke(sandbox, queue.receive(settings.jobs.batchSize));
    }
    if (queue.waiting > 0 && !this.#isGrowing) void this.#grow();
  }

  async #invoke(sandbox: Sandbox, messages: readonly ReceivedMessage[]): Promise<void> {
    const { clock, queue } = this.#parts;
    const startedAtMs = clock.now();
    await sandbox(messages.map(({ body }) => body));
    queue.remove(messages);
    this.invocations.push({ messages: messages.length, startedAtMs, endedAtMs: clock.now() });
    this.#idle.push(sandbox);
    this.#dispatch();
  }

  async #grow(): Promise<void> {
    const { clock, settings, queue } = this.#parts;
    this.#isGrowing = true;
    await clock.sleep(GROWTH_MS);
    this.#isGrowing = false;
    if (queue.waiting === 0) return;
    if (this.#sandboxes < settings.jobs.workerConcurrency) this.#idle.push(this.#newSandbox());
    this.#dispatch();
  }

  #newSandbox(): Sandbox {
    const { settings, clock, random, circuits: store, buckets, on, ...parts } = this.#parts;
    this.#sandboxes += 1;
    const circuits = new Breaker({
      newPrivateStore: () => new MemoryCircuitStore(() => clock.now()),
      store,
      policy: () => settings.breaker,
      clock,
      random,
      on,
      workerId: `sandbox-${this.#sandboxes}`,
    });
    const quotas = buckets ? this.#quotas(buckets) : NO_QUOTAS;
    const router = createRouter({
      ...parts,
      settings: () => settings,
      circuits,
      quotas,
      clock,
      disabledTargets: new DisabledTargets({
        store: this.#disabledTargets,
        policy: () => settings.breaker,
        clock,
        log: parts.log,
      }),
    });
    const memory = new MemoryBudget(SANDBOX_INPUT_BYTES);
    const dependencies: WorkDependencies = { ...parts, clock, random, memory, router };
    const timeoutMs = workerTimeoutSeconds(settings.jobs) * 1000;
    return async (bodies) => {
      const invocation = { settings, endsAtMs: clock.now() + timeoutMs };
      await Promise.all(bodies.map((body) => work(dependencies, invocation, body)));
      await Promise.all([circuits.flush(), quotas.flush()]);
    };
  }

  #quotas(store: BucketStore): Quotas {
    const { settings, clock, log } = this.#parts;
    return new Quotas({
      store,
      newPrivateStore: () => new MemoryBucketStore(() => clock.now()),
      settings: () => settings,
      clock,
      log,
    });
  }
}
