import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { Breaker } from '../../lambda/core/breaker/breaker.ts';
import { type CircuitStore, CircuitStoreError } from '../../lambda/core/breaker/circuit-store.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import type { ModelClient } from '../../lambda/core/router/model-client.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { answers, fails } from '../support/fake-model-client.ts';
import { memoryDisabledTargets } from '../support/memory-disabled-targets.ts';
import { MemoryJobStore } from '../support/memory-job-store.ts';
import { SILENT } from '../support/silent-telemetry.ts';
import { type CircuitWrite, RememberingCircuitStore } from './circuit-writes.ts';
import type { Cloud } from './cloud.ts';
import { PORT_FATES } from './fates.ts';
import { answerText } from './model.ts';
import type { Platform, Ports } from './platform.ts';
import { forever, type Sandbox } from './sandbox.ts';

/** The SDK repeats calls whose answers it misses, but not these: ours have a single attempt. */
const SINGLE_ATTEMPT = /^(bus|models|circuits)\./;

interface Tables {
  readonly rows: ReadonlyMap<string, Job>;
  readonly circuits: readonly CircuitWrite[];
}

/** Ports over maps and lists; a fate strikes where an adapter would be called. */
export const memoryPlatform: Platform<Tables> = {
  fates: PORT_FATES,
  async open(cloud, settings, tables) {
    const rows = new MemoryJobStore();
    for (const [jobId, row] of tables?.rows ?? []) rows.rows.set(jobId, row);
    const circuits = new RememberingCircuitStore(cloud.clock);
    await circuits.repeat(tables?.circuits ?? []);
    const policy = () => settings.breaker;
    return {
      row: (jobId) => rows.get(jobId),
      tables: async () => ({ rows: rows.rows, circuits: circuits.writes }),
      // Whatever is under way here is so in this turn.
      settled: () => new Promise((resolve) => process.nextTick(resolve)),
      ports: (sandbox) => ({
        ...struck(sandbox, { ...portsOf(cloud), jobs: rows, models: modelsOf(cloud, sandbox) }),
        circuits: new Breaker({
          store: struckCircuits(sandbox, circuits),
          newPrivateStore: () => new MemoryCircuitStore(() => cloud.clock.now()),
          ...{ policy, clock: cloud.clock, random: () => 0.5 },
          workerId: `worker-${sandbox.invocation}`,
        }),
        disabledTargets: new DisabledTargets({
          store: memoryDisabledTargets(),
          ...{ policy, clock: cloud.clock, log: SILENT },
        }),
        settings: {
          read: () => meet(sandbox, 'settings.read', async () => settings),
          current: settings,
        },
      }),
    };
  },
};

function portsOf(cloud: Cloud): Pick<Ports, 'queue' | 'deadLetters' | 'results' | 'bus'> {
  const { queue, deadLetters, objects, events } = cloud;
  const read = (key: string) => JSON.parse(objects.get(key) ?? 'null') ?? undefined;
  const put = (key: string, value: unknown) => void objects.set(key, JSON.stringify(value));
  const answerKey = (name: { readonly jobId: string; readonly claimToken: string }) =>
    `${name.jobId}/${name.claimToken}`;
  const promptKey = (name: { readonly jobId: string; readonly bodyHash: string }) =>
    `${name.jobId}/${name.bodyHash}`;
  return {
    queue: {
      send: async (message, delayMs) => {
        if (cloud.isDown('queue')) throw new Error('queue down');
        queue.send(encodeMessage(message), delayMs);
      },
      countWaiting: async () => queue.countWaiting(),
      deadLetter: async (body) => deadLetters.send(body),
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
    results: {
      putPrompt: async (name, conversation) => put(promptKey(name), conversation),
      getPrompt: async (name) => read(promptKey(name)),
      putAnswer: async (name, answer) => {
        put(answerKey(name), answer);
        return JSON.stringify(answer).length;
      },
      getAnswer: async (name) => read(answerKey(name)),
      answerUrl: async (name) => `https://results/${answerKey(name)}`,
    },
    bus: {
      publish: async (told) => {
        if (cloud.isDown('bus')) throw new Error('bus down');
        events.push(...told);
        return told.map(() => true);
      },
    },
  };
}

function modelsOf({ model }: Cloud, sandbox: Sandbox): ModelClient {
  return {
    async converse() {
      const { reaction, call } = await model.converse();
      switch (reaction) {
        case 'answers':
          return answers(answerText(call), 'end_turn', { inputTokens: 10, outputTokens: call });
        case 'throttles':
          return fails('quota-minute');
        case 'refuses':
          return fails('job');
        case 'kills':
          sandbox.kill();
          return forever();
        default:
          return reaction satisfies never;
      }
    },
    countTokens: async () => undefined,
  };
}

type Struck = Omit<Ports, 'circuits' | 'disabledTargets' | 'settings'>;

/** Each method of each port as a call that fate may strike. */
function struck(sandbox: Sandbox, ports: Struck): Struck {
  const { jobs, queue, deadLetters, results, bus, models } = ports;
  const call: Meet = (name, perform) => meet(sandbox, name, perform);
  return {
    jobs: {
      create: (...given) => call('jobs.create', () => jobs.create(...given)),
      get: (...given) => call('jobs.get', () => jobs.get(...given)),
      update: (...given) => call('jobs.update', () => jobs.update(...given)),
      running: (...given) => call('jobs.running', () => jobs.running(...given)),
      list: (...given) => call('jobs.list', () => jobs.list(...given)),
      due: (...given) => struckPages(call, () => jobs.due(...given)),
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
      putAnswer: (...given) => call('results.putAnswer', () => results.putAnswer(...given)),
      getAnswer: (name) => call('results.getAnswer', () => results.getAnswer(name)),
    },
    bus: { publish: (events) => call('bus.publish', () => bus.publish(events)) },
    models: {
      ...models,
      // Whatever goes wrong on the way is a value to the router.
      converse: (...given) =>
        call('models.converse', () => models.converse(...given)).catch(() => fails('network')),
    },
  };
}

/** The breaker's own calls: what comes of one that failed, nobody knows. */
function struckCircuits(sandbox: Sandbox, store: CircuitStore): CircuitStore {
  const call: Meet = (name, perform) =>
    meet(sandbox, name, perform).catch((error: unknown) => {
      throw new CircuitStoreError(String(error), 'unknown');
    });
  return {
    load: (...given) => call('circuits.load', () => store.load(...given)),
    save: (...given) => call('circuits.save', () => store.save(...given)),
    addToWindow: (...given) => call('circuits.addToWindow', () => store.addToWindow(...given)),
    readWindow: (...given) => call('circuits.readWindow', () => store.readWindow(...given)),
  };
}

type Meet = <T>(name: string, perform: () => Promise<T>) => Promise<T>;

/** All pages in one query, as one job has no second page. */
async function* struckPages<T>(call: Meet, open: () => AsyncIterable<T>): AsyncIterable<T> {
  const pages = await call('jobs.due', async () => {
    const all: T[] = [];
    for await (const page of open()) all.push(page);
    return all;
  });
  yield* pages;
}

async function meet<T>(sandbox: Sandbox, name: string, perform: () => Promise<T>): Promise<T> {
  await sandbox.mayCall();
  const fate = sandbox.strike(name);
  switch (fate) {
    case undefined:
      return perform();
    case 'not-sent':
    case 'error-answer':
      throw new Error(fate);
    case 'answer-lost': {
      await perform();
      if (SINGLE_ATTEMPT.test(name)) throw new Error(fate);
      return perform();
    }
    case 'unanswered':
      await perform();
      throw new Error(fate);
    case 'killed':
      await perform();
      sandbox.kill();
      return forever();
    case 'stalled': {
      const answer = await perform();
      await sandbox.stall();
      return answer;
    }
    default:
      return fate satisfies never;
  }
}
