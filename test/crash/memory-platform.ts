import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { type BucketStore, BucketStoreError } from '../../lambda/core/admission/bucket-store.ts';
import { Breaker } from '../../lambda/core/breaker/breaker.ts';
import { type CircuitStore, CircuitStoreError } from '../../lambda/core/breaker/circuit-store.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import { MemoryBucketStore } from '../../lambda/stores/memory-bucket-store.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { memoryDisabledTargets } from '../support/memory-disabled-targets.ts';
import { MemoryJobStore } from '../support/memory-job-store.ts';
import { SILENT } from '../support/silent-telemetry.ts';
import { type CircuitWrite, RememberingCircuitStore } from './circuit-writes.ts';
import type { Cloud } from './cloud.ts';
import { PORT_FAULTS } from './faults.ts';
import { scriptedModels } from './memory-models.ts';
import { objectStoresOf } from './objects.ts';
import type { Platform, Ports } from './platform.ts';
import { performWithFault } from './port-faults.ts';
import { newBooks, type QuotaBooks, QuotaLedger } from './quota-ledger.ts';
import type { Sandbox } from './sandbox.ts';

interface Tables {
  readonly rows: ReadonlyMap<string, Job>;
  readonly circuits: readonly CircuitWrite[];
  readonly quota: QuotaBooks | undefined;
}

/** The platform whose ports are in memory. Faults are injected into the calls of the ports. */
export const memoryPlatform: Platform<Tables> = {
  faults: PORT_FAULTS,
  async open(cloud, { settings, quotaSpentUntil, tables }) {
    const rows = new MemoryJobStore();
    for (const [jobId, row] of tables?.rows ?? []) rows.rows.set(jobId, row);
    const circuits = new RememberingCircuitStore(cloud.clock);
    await circuits.repeat(tables?.circuits ?? []);
    const books =
      tables?.quota ?? (quotaSpentUntil === undefined ? undefined : newBooks(quotaSpentUntil));
    const ledger = books && new QuotaLedger(cloud.clock, books);
    const policy = () => settings.breaker;
    return {
      row: (jobId) => rows.get(jobId),
      tables: async () => ({ rows: rows.rows, circuits: circuits.writes, quota: books }),
      ledger,
      // Every call in memory ends within this turn of the event loop.
      settled: () => new Promise((resolve) => process.nextTick(resolve)),
      ports: (sandbox) => ({
        ...withFaults(sandbox, { ...portsOf(cloud), jobs: rows }),
        models: scriptedModels(cloud, sandbox),
        buckets: bucketsWithFaults(
          sandbox,
          ledger ?? new MemoryBucketStore(() => cloud.clock.now()),
        ),
        circuits: new Breaker({
          store: circuitsWithFaults(sandbox, circuits),
          newPrivateStore: () => new MemoryCircuitStore(() => cloud.clock.now()),
          ...{ policy, clock: sandbox.clock, random: () => 0.5 },
          workerId: `worker-${sandbox.invocation}`,
        }),
        disabledTargets: new DisabledTargets({
          store: memoryDisabledTargets(),
          ...{ policy, clock: sandbox.clock, log: SILENT },
        }),
        settings: {
          read: () => performWithFault(sandbox, 'settings.read', async () => settings),
          current: settings,
        },
      }),
    };
  },
};

function portsOf(cloud: Cloud): Omit<FaultyPorts, 'jobs'> {
  const { queue, deadLetters, events } = cloud;
  return {
    queue: {
      send: async (message, delayMs) => {
        if (cloud.isDown('queue')) throw new Error('queue down');
        queue.send(encodeMessage(message), delayMs);
      },
      countWaiting: async () => queue.countWaiting(),
      deadLetter: async (body) => {
        deadLetters.send(body);
        await cloud.onDeadLetter(body);
      },
    },
    deadLetters: {
      receive: async () => {
        const message = deadLetters.receive(60_000);
        return message ? [{ body: message.body, receipt: message.id }] : [];
      },
      remove: async ({ receipt }) => deadLetters.delete(receipt),
      release: async (letters) => {
        for (const { receipt } of letters) deadLetters.show(receipt, 0);
      },
      count: async () => deadLetters.size,
    },
    ...objectStoresOf(cloud),
    bus: {
      publish: async (published) => {
        if (cloud.isDown('bus')) throw new Error('bus down');
        events.push(...published);
        return published.map(() => true);
      },
    },
  };
}

type FaultyPorts = Pick<Ports, 'jobs' | 'queue' | 'deadLetters' | 'results' | 'uploads' | 'bus'>;

/** Wraps the methods of the ports so that a fault can be injected into each call. */
function withFaults(sandbox: Sandbox, ports: FaultyPorts): FaultyPorts {
  const { jobs, queue, deadLetters, results, uploads, bus } = ports;
  const call: PerformWithFault = (name, perform) => performWithFault(sandbox, name, perform);
  return {
    jobs: {
      create: (...given) => call('jobs.create', () => jobs.create(...given)),
      get: (...given) => call('jobs.get', () => jobs.get(...given)),
      update: (...given) => call('jobs.update', () => jobs.update(...given)),
      running: (...given) => call('jobs.running', () => jobs.running(...given)),
      list: (...given) => call('jobs.list', () => jobs.list(...given)),
      due: (...given) => pagesWithFaults(call, () => jobs.due(...given)),
    },
    queue: {
      send: (...given) => call('queue.send', () => queue.send(...given)),
      countWaiting: () => call('queue.countWaiting', () => queue.countWaiting()),
      deadLetter: (...given) => call('queue.deadLetter', () => queue.deadLetter(...given)),
    },
    deadLetters: {
      receive: (max) => call('deadLetters.receive', () => deadLetters.receive(max)),
      remove: (letter) => call('deadLetters.remove', () => deadLetters.remove(letter)),
      release: (letters) => call('deadLetters.release', () => deadLetters.release(letters)),
      count: () => call('deadLetters.count', () => deadLetters.count()),
    },
    results: {
      ...results,
      putPrompt: (...given) => call('results.putPrompt', () => results.putPrompt(...given)),
      getPrompt: (name) => call('results.getPrompt', () => results.getPrompt(name)),
      getFile: (name) => call('results.getFile', () => results.getFile(name)),
      putAnswer: (...given) => call('results.putAnswer', () => results.putAnswer(...given)),
      getAnswer: (name) => call('results.getAnswer', () => results.getAnswer(name)),
      putErrorDetail: (...given) =>
        call('results.putErrorDetail', () => results.putErrorDetail(...given)),
      getErrorDetail: (name) => call('results.getErrorDetail', () => results.getErrorDetail(name)),
      purge: (jobId) => call('results.purge', () => results.purge(jobId)),
    },
    uploads: {
      ...uploads,
      find: (name) => call('uploads.find', () => uploads.find(name)),
      copy: (...given) => call('uploads.copy', () => uploads.copy(...given)),
    },
    bus: { publish: (events) => call('bus.publish', () => bus.publish(events)) },
  };
}

/** Wraps the breaker's store. A call that fails may have been carried out. */
function circuitsWithFaults(sandbox: Sandbox, store: CircuitStore): CircuitStore {
  const call: PerformWithFault = (name, perform) =>
    performWithFault(sandbox, name, perform).catch((error: unknown) => {
      throw new CircuitStoreError(String(error), 'unknown');
    });
  return {
    load: (...given) => call('circuits.load', () => store.load(...given)),
    save: (...given) => call('circuits.save', () => store.save(...given)),
    addToWindow: (...given) => call('circuits.addToWindow', () => store.addToWindow(...given)),
    readWindow: (...given) => call('circuits.readWindow', () => store.readWindow(...given)),
  };
}

/** Wraps the store of quotas. A call that fails may have been carried out. */
function bucketsWithFaults(sandbox: Sandbox, store: BucketStore): BucketStore {
  const call: PerformWithFault = (name, perform) =>
    performWithFault(sandbox, name, perform).catch((error: unknown) => {
      throw new BucketStoreError(String(error));
    });
  return {
    hold: (...given) => call('buckets.hold', () => store.hold(...given)),
    settle: (...given) => call('buckets.settle', () => store.settle(...given)),
    correct: (...given) => call('buckets.correct', () => store.correct(...given)),
    read: (...given) => call('buckets.read', () => store.read(...given)),
  };
}

type PerformWithFault = <T>(name: string, perform: () => Promise<T>) => Promise<T>;

/** Reads all pages in one call, because a single job never fills a second page. */
async function* pagesWithFaults<T>(
  call: PerformWithFault,
  open: () => AsyncIterable<T>,
): AsyncIterable<T> {
  const pages = await call('jobs.due', async () => {
    const all: T[] = [];
    for await (const page of open()) all.push(page);
    return all;
  });
  yield* pages;
}
