/**
 * What the breaker costs: time on the closed path beside its rivals, heap, store operations, and
 * the race for a recovery. `npm run bench:breaker`; rivals that are not installed are left out.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { createBreaker } from '../../lambda/breaker.ts';
import { Breaker } from '../../lambda/core/breaker/breaker.ts';
import type { CircuitEvent } from '../../lambda/core/breaker/events.ts';
import { fromRecord } from '../../lambda/core/breaker/record.ts';
import { DynamoDbCircuitStore } from '../../lambda/stores/dynamodb-circuit-store.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { type CircuitTables, serveCircuitTables } from '../support/dynalite-table.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aPolicy, FAIL, Fleet, KEY, OK, permitsOf } from '../support/fleet.ts';
import { WatchedStore } from '../support/watched-store.ts';

const target = async (): Promise<number> => 1;

type Call = () => Promise<unknown>;

/** All parts, or those that are named: time, heap, operations, race. */
async function main(named: readonly string[]): Promise<void> {
  const wants = (part: string) => named.length === 0 || named.includes(part);
  if (wants('time')) await timeClosedPath();
  if (wants('heap')) await measureHeap();
  const tables = await serveCircuitTables();
  try {
    if (wants('operations')) await countOperations(tables);
    if (wants('race')) await raceForRecovery(tables);
  } finally {
    await tables.close();
  }
}

const ROUNDS = 61;
const CALLS_PER_ROUND = 40_000;

/**
 * All contenders take turns in one process, in short rounds, and are compared round by round: so a
 * busy machine slows all alike.
 */
async function timeClosedPath(): Promise<void> {
  const guard = createBreaker({ store: new MemoryCircuitStore(Date.now) });
  const contenders: [string, Call][] = [
    ['bare call', target],
    ['holdfast call', () => guard.call(KEY, target)],
    ['holdfast admit + settle', () => admitAndSettle(guard)],
    ...(await rivals()),
  ];
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const times: number[] = [];
    for (const [, call] of contenders) times.push(await nanosecondsPer(call, CALLS_PER_ROUND));
    rounds.push(times);
  }
  const medianOf = (figure: (whole: number, bare: number, holdfast: number) => number, i: number) =>
    median(rounds.map((times) => figure(times[i] ?? 0, times[0] ?? 0, times[1] ?? 0)));
  console.log(`Closed path, no I/O, medians of ${ROUNDS} rounds of ${CALLS_PER_ROUND} calls`);
  console.table(
    contenders.map(([name], i) => ({
      contender: name,
      'ns per call': Math.round(medianOf((whole) => whole, i)),
      'ns above a bare call': Math.round(medianOf((whole, bare) => whole - bare, i)),
      'holdfast / it, whole call': round(medianOf((whole, _, holdfast) => holdfast / whole, i)),
      'holdfast / it, overhead': round(
        medianOf((whole, bare, holdfast) => (holdfast - bare) / (whole - bare), i),
      ),
    })),
  );
}

async function admitAndSettle(guard: ReturnType<typeof createBreaker>): Promise<number> {
  const pending = guard.admit(KEY);
  const admission = pending instanceof Promise ? await pending : pending;
  const result = await target();
  if (admission.admitted) admission.permit.settle({ kind: 'success', elapsedMs: 1 });
  return result;
}

async function rivals(): Promise<[string, Call][]> {
  const cockatiel = await load('cockatiel');
  const opossum = await load('opossum');
  const found: [string, Call][] = [];
  if (cockatiel) {
    const { circuitBreaker, handleAll, SamplingBreaker, ConsecutiveBreaker } = cockatiel;
    const sampling = new SamplingBreaker({ threshold: 0.3, duration: 60_000 });
    const bySampling = circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: sampling });
    const inARow = new ConsecutiveBreaker(5);
    const consecutive = circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: inARow });
    found.push(['cockatiel, sampling', () => bySampling.execute(target)]);
    found.push(['cockatiel, consecutive', () => consecutive.execute(target)]);
  }
  if (opossum) {
    const breaker = new opossum.default(target, { timeout: false });
    found.push(['opossum', () => breaker.fire()]);
  }
  return found;
}

async function load(name: string) {
  try {
    return await import(name);
  } catch {
    console.log(`${name} is not installed: left out`);
    return undefined;
  }
}

async function nanosecondsPer(call: Call, calls: number): Promise<number> {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) await call();
  return Number(process.hrtime.bigint() - start) / calls;
}

async function measureHeap(): Promise<void> {
  const guard = createBreaker({ store: new MemoryCircuitStore(Date.now) });
  const call = () => guard.call(KEY, target);
  await nanosecondsPer(call, 1_000_000);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  await nanosecondsPer(call, 10_000_000);
  globalThis.gc?.();
  const grownKb = Math.round((process.memoryUsage().heapUsed - before) / 1024);
  const how = globalThis.gc ? 'after a collection' : 'without a collection: run with --expose-gc';
  console.log(`\nHeap growth over 10,000,000 calls: ${grownKb} KB (${how})`);
}

/** Ten sandboxes, a batch of ten calls each two seconds, for a minute of virtual time. */
async function countOperations(tables: CircuitTables): Promise<void> {
  const fleet = await aFleet(tables);
  let calls = 0;
  const batch = async (worker: number, fails: boolean) => {
    const admissions = await Promise.all(Array.from({ length: 10 }, () => fleet.admit(worker)));
    for (const [i, permit] of permitsOf(admissions).entries()) {
      calls++;
      await permit.settle(fails && i === 0 ? FAIL : OK);
    }
    await fleet.worker(worker).flush();
  };
  for (let second = 0; second < 60; second += 2) {
    for (let worker = 0; worker < 10; worker++) await batch(worker, false);
    await fleet.seconds(2);
  }
  const closed = operationsOf(fleet.store);
  const closedCalls = calls;
  fleet.store.asked.length = 0;
  for (let i = 0; i < 10; i++) await batch(1, true);
  const failing = operationsOf(fleet.store);
  await openUp(fleet);
  await fleet.seconds(2);
  fleet.store.asked.length = 0;
  for (let second = 0; second < 30; second++) {
    for (let worker = 0; worker < 10; worker++) {
      await Promise.all(Array.from({ length: 10 }, () => fleet.admit(worker)));
    }
    await fleet.seconds(1);
  }
  const open = operationsOf(fleet.store);
  console.log('\nStore operations (dynalite, default policy)');
  console.table({
    'closed, 10 sandboxes, 60 s, 3,000 calls': closed,
    'ten batches of 10 with a failure each': failing,
    'open, 10 sandboxes, 30 s, 3,000 callers': open,
  });
  const reads = closed['circuit reads'] + closed['override reads'] + closed['window reads'];
  console.log(
    `Closed: ${(closed.writes / closedCalls).toFixed(3)} writes and ${(reads / closedCalls).toFixed(3)} reads per call`,
  );
  // Amazon DynamoDB pricing, on-demand, us-east-1: writes 0.625, reads 0.125 dollars per million.
  const dollars = ((closed.writes * 0.625 + reads * 0.125) / closedCalls).toFixed(3);
  console.log(`Cost per million calls, closed: ${dollars} dollars, by DynamoDB's list prices`);
}

function operationsOf(store: WatchedStore) {
  return {
    writes: store.times('addToWindow') + store.times('save'),
    'circuit reads': store.times('load', KEY),
    'override reads': store.times('load') - store.times('load', KEY),
    'window reads': store.times('readWindow'),
  };
}

async function openUp(fleet: Fleet): Promise<void> {
  for (let i = 0; i < 60; i++) await fleet.call(FAIL, 1);
}

async function aFleet(tables: CircuitTables): Promise<Fleet> {
  const clock = new FakeClock();
  const tableName = await tables.create();
  const store = new DynamoDbCircuitStore(tables.client, tableName, { now: () => clock.now() });
  const { excessFailures, consecutiveFailures, viewMaxAgeSeconds } = DEFAULT_RULES;
  return new Fleet({
    store,
    clock,
    policy: { excessFailures, consecutiveFailures, viewMaxAgeSeconds },
  });
}

const DEFAULT_RULES = { excessFailures: 10, consecutiveFailures: 5, viewMaxAgeSeconds: 1 };

/** Fifty workers call as fast as they are let, in real time, until the circuit is closed. */
async function raceForRecovery(tables: CircuitTables): Promise<void> {
  console.log('\nFifty workers racing through a recovery (dynalite, real time)');
  const rows = [];
  for (let run = 1; run <= 5; run++) rows.push(await race(tables));
  console.table(rows);
}

async function race(tables: CircuitTables) {
  const store = new WatchedStore(
    new DynamoDbCircuitStore(tables.client, await tables.create(), { timeoutMs: 10_000 }),
  );
  const permits = permitsGrantedIn(store);
  const events: CircuitEvent[] = [];
  const policy = aPolicy({ viewMaxAgeSeconds: 1, cooldownSeconds: 1, consecutiveFailures: 5 });
  const clock = { now: Date.now, sleep: (ms: number) => wait(ms) };
  const workers = Array.from(
    { length: 50 },
    (_, i) =>
      new Breaker({
        store,
        policy: () => policy,
        clock,
        random: Math.random,
        workerId: `w${i}`,
        on: (event) => events.push(event),
      }),
  );
  const call = async (worker: Breaker, outcome: typeof OK): Promise<void> => {
    const admission = await worker.admit(KEY);
    if (!admission.admitted) return;
    await wait(20);
    await admission.permit.settle(outcome);
  };
  for (let i = 0; i < 5; i++) await call(workers[0] as Breaker, FAIL);
  await wait(1_300);
  store.failedSaves = 0;
  const start = Date.now();
  let isClosed = false;
  await Promise.all(
    workers.map(async (worker) => {
      while (!isClosed) {
        const [before] = await worker.summaries([KEY]);
        if (before?.state === 'CLOSED') isClosed = true;
        else await call(worker, OK);
        await wait(10);
      }
    }),
  );
  return {
    permits: permits.size,
    'failed writes': store.failedSaves,
    'ms to close': Date.now() - start,
    'workers that lost the store': events.filter(({ type }) => type === 'degraded').length,
  };
}

/** The ids of all leases that were ever saved. */
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

function round(ratio: number): number {
  return Math.round(ratio * 100) / 100;
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

await main(process.argv.slice(2));
