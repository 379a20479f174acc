import type { Settings } from '../../lambda/contract/policy.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { Breaker } from '../../lambda/core/breaker/breaker.ts';
import type { CircuitStore } from '../../lambda/core/breaker/circuit-store.ts';
import type { CircuitEvent } from '../../lambda/core/breaker/events.ts';
import type { Random } from '../../lambda/core/clock.ts';
import type { JobPointer, JobQueue } from '../../lambda/core/jobs/job-queue.ts';
import type { JobStore } from '../../lambda/core/jobs/job-store.ts';
import type { ResultStore } from '../../lambda/core/jobs/result-store.ts';
import { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import type { ModelClient } from '../../lambda/core/router/model-client.ts';
import { createRouter } from '../../lambda/core/router/router.ts';
import type { Log, Metrics } from '../../lambda/core/telemetry.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { type WorkDependencies, work } from '../../lambda/worker/work.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { memoryDisabledTargets } from '../support/memory-disabled-targets.ts';

const BATCH_SIZE = 10;
const FUNCTION_MS = 60_000;
/** The duration of a backlog after which the fleet adds a poller. */
const GROWTH_MS = 250;

export interface FleetParts {
  readonly settings: Settings;
  readonly clock: FakeClock;
  readonly random: Random;
  readonly circuits: CircuitStore;
  readonly models: ModelClient;
  readonly jobs: JobStore;
  readonly results: ResultStore;
  readonly newId: () => string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The number of pollers at the beginning. A backlog adds more, up to `workerConcurrency`. */
  readonly pollers: number;
  readonly on: (event: CircuitEvent) => void;
}

type Sandbox = (bodies: readonly string[]) => Promise<void>;

/**
 * The worker fleet in virtual time: a queue with delays, pollers that hand batches to sandboxes, and
 * in each sandbox the breaker, the router and the job use cases of the real worker function.
 */
export class SimulatedFleet implements Pick<JobQueue, 'send' | 'deadLetter'> {
  readonly deadLetters: string[] = [];
  readonly #parts: FleetParts;
  readonly #ready: string[] = [];
  readonly #idle: Sandbox[] = [];
  readonly #disabledTargets = memoryDisabledTargets();
  #sandboxes = 0;
  #isGrowing = false;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    for (let i = 0; i < parts.pollers; i++) this.#idle.push(this.#newSandbox());
  }

  async send(pointer: JobPointer, delayMs: number): Promise<void> {
    // SQS delays are whole seconds.
    void this.#parts.clock.sleep(Math.ceil(delayMs / 1000) * 1000).then(() => {
      this.#ready.push(encodeMessage(pointer));
      this.#dispatch();
    });
  }

  async deadLetter(body: string): Promise<void> {
    this.deadLetters.push(body);
  }

  #dispatch(): void {
    const { random } = this.#parts;
    while (this.#ready.length > 0 && this.#idle.length > 0) {
      const [sandbox] = this.#idle.splice(Math.floor(random() * this.#idle.length), 1);
      if (!sandbox) return;
      void sandbox(this.#ready.splice(0, BATCH_SIZE)).then(() => {
        this.#idle.push(sandbox);
        this.#dispatch();
      });
    }
    if (this.#ready.length > 0 && !this.#isGrowing) void this.#grow();
  }

  async #grow(): Promise<void> {
    const { clock, settings } = this.#parts;
    this.#isGrowing = true;
    await clock.sleep(GROWTH_MS);
    this.#isGrowing = false;
    if (this.#ready.length === 0) return;
    if (this.#sandboxes < settings.jobs.workerConcurrency) this.#idle.push(this.#newSandbox());
    this.#dispatch();
  }

  #newSandbox(): Sandbox {
    const { settings, clock, random, circuits: store, on, ...parts } = this.#parts;
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
    const router = createRouter({
      ...parts,
      settings: () => settings,
      circuits,
      clock,
      random,
      disabledTargets: new DisabledTargets({
        store: this.#disabledTargets,
        policy: () => settings.breaker,
        clock,
        log: parts.log,
      }),
    });
    const { jobs } = parts;
    const ends = { write: jobs.update.bind(jobs), publish: async () => true };
    const dependencies: WorkDependencies = { ...parts, ends, queue: this, clock, random, router };
    return async (bodies) => {
      const invocation = { settings, endsAtMs: clock.now() + FUNCTION_MS };
      await Promise.all(bodies.map((body) => work(dependencies, invocation, body)));
      await circuits.flush();
    };
  }
}
