import { setTimeout as sleep } from 'node:timers/promises';
import { Breaker } from '../../../lambda/core/breaker/breaker.ts';
import type { CircuitEvent } from '../../../lambda/core/breaker/events.ts';
import { fromRecord } from '../../../lambda/core/breaker/record.ts';
import { DynamoDbCircuitStore } from '../../../lambda/stores/dynamodb-circuit-store.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import type { CircuitTables } from '../../support/dynalite-table.ts';
import { aPolicy, FAIL, KEY, OK } from '../../support/fleet.ts';
import { WatchedStore } from '../../support/watched-store.ts';

const WORKERS = 50;
const RUNS = 5;
const POLICY = aPolicy({ viewMaxAgeSeconds: 1, cooldownSeconds: 1, consecutiveFailures: 5 });
const PERMITS = POLICY.recoveryStages.reduce((sum, permits) => sum + permits, 0);
const CALL_MS = 20;

/** Races all workers through the recovery of one circuit, in real time, and prints the results. */
export async function raceForRecovery(tables: CircuitTables): Promise<void> {
  const rows = [];
  for (let run = 1; run <= RUNS; run++) rows.push(await race(tables));
  console.log(`\n${WORKERS} workers race through a recovery (DynamoDB emulated by dynalite, real time).
The stages grant ${PERMITS} permits, so "permits granted" must be ${PERMITS}. "Failed writes" are conditional writes
that lost to another worker's write. They and "ms to close" vary with the machine's load.`);
  console.table(rows);
}

/** Opens a circuit, waits for its cooldown, then lets all workers call until it is closed. */
async function race(tables: CircuitTables) {
  const store = new WatchedStore(
    new DynamoDbCircuitStore(tables.client, await tables.create(), { timeoutMs: 10_000 }),
  );
  const permits = permitsGrantedIn(store);
  const events: CircuitEvent[] = [];
  const workers = Array.from({ length: WORKERS }, (_, i) => aWorker(store, `w${i}`, events));
  for (let i = 0; i < POLICY.consecutiveFailures; i++) await call(workers[0] as Breaker, FAIL);
  await sleep(1.3 * POLICY.cooldownSeconds * 1000);
  store.failedSaves = 0;
  const start = Date.now();
  let isClosed = false;
  await Promise.all(
    workers.map(async (worker) => {
      while (!isClosed) {
        const [before] = await worker.summaries([KEY]);
        if (before?.state === 'CLOSED') isClosed = true;
        else await call(worker, OK);
        await sleep(10);
      }
    }),
  );
  return {
    'permits granted': permits.size,
    'failed writes': store.failedSaves,
    'ms to close': Date.now() - start,
    'workers without store': events.filter(({ type }) => type === 'degraded').length,
  };
}

function aWorker(store: WatchedStore, workerId: string, events: CircuitEvent[]): Breaker {
  return new Breaker({
    store,
    newPrivateStore: () => new MemoryCircuitStore(Date.now),
    policy: () => POLICY,
    clock: { now: Date.now, sleep: (ms) => sleep(ms) },
    random: Math.random,
    workerId,
    on: (event) => events.push(event),
  });
}

async function call(worker: Breaker, outcome: typeof OK): Promise<void> {
  const admission = await worker.admit(KEY);
  if (!admission.admitted) return;
  await sleep(CALL_MS);
  await admission.permit.settle(outcome);
}

/** Collects the ids of all leases that are saved from now on. */
function permitsGrantedIn(store: WatchedStore): Set<string> {
  const granted = new Set<string>();
  const save = store.save.bind(store);
  store.save = async (key, record, expected) => {
    const saved = await save(key, record, expected);
    const circuit = saved ? fromRecord(record) : undefined;
    if (circuit?.state === 'HALF_OPEN') for (const { id } of circuit.leases) granted.add(id);
    return saved;
  };
  return granted;
}
