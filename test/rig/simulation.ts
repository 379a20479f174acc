import { userMessage } from '../../lambda/contract/conversation.ts';
import type { JobOptions } from '../../lambda/contract/job-request.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { Random } from '../../lambda/core/clock.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { JobEnds } from '../../lambda/core/jobs/job-ends.ts';
import { acceptJob } from '../../lambda/request/accept-job.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { sweep } from '../../lambda/sweeper/sweep.ts';
import type { CallRecord } from '../../local/bedrock/call-log.ts';
import { seededRandom } from '../../local/bedrock/seeded-random.ts';
import type { Speed } from '../../local/bedrock/speeds.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aWorld, rowOf, type World } from '../support/job-world.ts';
import { SILENT, UNCOUNTED } from '../support/silent-telemetry.ts';
import { SlowBuckets } from '../support/slow-buckets.ts';
import { WatchedStore } from '../support/watched-store.ts';
import type { CircuitChange } from './outage-run.ts';
import { SimulatedBedrock } from './simulated-bedrock.ts';
import { SimulatedFleet } from './simulated-fleet.ts';
import { SimulatedQueue } from './simulated-queue.ts';

export interface SimulationOptions {
  readonly settings: Settings;
  readonly seed: number;
  readonly speed: Speed;
  /** The number of pollers at the beginning. Each poller handles one batch at a time. @default 5 */
  readonly pollers?: number;
  /** The virtual start time in milliseconds since the epoch. @default 2026-01-15T12:00:00Z */
  readonly startMs?: number;
}

/** Jobs of one tenant that arrive at a steady pace. */
export interface Traffic {
  readonly count: number;
  /** The jobs that arrive per second. `Infinity`: all at once. */
  readonly perSecond: number;
  /** Returns the prompt of the n-th job. Fault rules can recognise it. */
  readonly prompt: (n: number) => string;
  /** @default 'tenant' */
  readonly tenant?: string;
  /** Returns the options of the n-th job. @default none */
  readonly options?: (n: number) => Partial<JobOptions>;
}

/** The number of pollers that an SQS event source begins with. */
const FIRST_POLLERS = 5;
/** The longest time that a request to the circuit store takes, and that its response takes. */
const STORE_MS = 8;
const MINUTE_MS = 60_000;

/**
 * A deployment in virtual time: the request's, the worker's and the sweeper's use cases with stores
 * in memory. The same options and the same traffic give the same run.
 */
export class Simulation {
  readonly clock: FakeClock;
  readonly bedrock: SimulatedBedrock;
  readonly circuits: WatchedStore;
  readonly buckets: SlowBuckets;
  readonly queue: SimulatedQueue;
  readonly fleet: SimulatedFleet;
  /** The changes of circuits, in the order in which they happened. */
  readonly changes: CircuitChange[] = [];
  /** The virtual start time in milliseconds since the epoch. */
  readonly startMs: number;
  readonly #settings: Settings;
  readonly #world: Pick<
    World,
    'jobs' | 'results' | 'uploads' | 'tenants' | 'knownQuotas' | 'bus' | 'newId'
  >;
  readonly #ends: JobEnds;
  readonly #random: Random;

  constructor({ settings, seed, speed, pollers = FIRST_POLLERS, startMs }: SimulationOptions) {
    this.#settings = settings;
    this.#random = seededRandom(seed);
    this.clock = new FakeClock(startMs);
    this.startMs = this.clock.now();
    this.bedrock = new SimulatedBedrock(this.clock, this.#random, speed);
    this.circuits = new WatchedStore(new MemoryCircuitStore(() => this.clock.now()));
    this.circuits.latency = () => this.clock.sleep(this.#random() * STORE_MS);
    this.buckets = new SlowBuckets(this.clock, () => this.clock.sleep(this.#random() * STORE_MS));
    this.queue = new SimulatedQueue(this.clock);
    this.#world = aWorld({ settings });
    const { jobs, bus } = this.#world;
    this.#ends = new JobEnds({ jobs, bus, settings: () => settings, ...TELEMETRY });
    this.fleet = new SimulatedFleet({
      ...this.#world,
      ...TELEMETRY,
      settings,
      clock: this.clock,
      random: this.#random,
      circuits: this.circuits,
      buckets: this.buckets,
      models: this.bedrock,
      queue: this.queue,
      ends: this.#ends,
      pollers,
      on: (event) => {
        if (event.type === 'opened' || event.type === 'half_opened' || event.type === 'closed') {
          this.changes.push(event);
        }
      },
    });
    void this.#sweepEachMinute();
  }

  /** Accepts jobs while the time advances. Returns their ids once all of them are accepted. */
  async post({
    count,
    perSecond,
    prompt,
    tenant = 'tenant',
    options,
  }: Traffic): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      const request = {
        conversation: { messages: [userMessage(prompt(n))] },
        options: { whenOpen: 'fallback' as const, ...options?.(n) },
      };
      const ports = { ...this.#world, ...TELEMETRY, clock: this.clock, queue: this.queue };
      const accepted = await acceptJob(ports, this.#settings, { tenant, request });
      if (accepted.outcome === 'accepted') ids.push(accepted.job.jobId);
      await this.clock.sleep(1000 / perSecond);
    }
    return ids;
  }

  /** Advances the time by this many seconds. */
  async run(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
  }

  job(jobId: string): Job {
    return rowOf(this.#world, jobId);
  }

  /** The calls of a job, in the order in which they began. */
  callsOf(jobId: string): readonly CallRecord[] {
    return this.bedrock.log.calls({ jobId });
  }

  /** The circuits that were open or half-open at a time, in milliseconds since the epoch. */
  unhealthyAt(atMs: number): readonly string[] {
    const latest = new Map<string, CircuitChange>();
    for (const change of this.changes) if (change.atMs <= atMs) latest.set(change.key, change);
    return [...latest.values()].filter(({ type }) => type !== 'closed').map(({ key }) => key);
  }

  /** All jobs, in the order of their acceptance. */
  get jobs(): readonly Job[] {
    return [...this.#world.jobs.rows.values()];
  }

  async #sweepEachMinute(): Promise<never> {
    const ports = { ...this.#world, ...TELEMETRY, clock: this.clock, queue: this.queue };
    for (;;) {
      await this.clock.sleep(MINUTE_MS);
      await sweep({ ...ports, ends: this.#ends }, this.clock.now() + MINUTE_MS);
    }
  }
}

const TELEMETRY = { log: SILENT, metrics: UNCOUNTED };
