import { BREAKER_DEFAULTS } from '../../../lambda/contract/policy.ts';
import { DynamoDbCircuitStore } from '../../../lambda/stores/dynamodb-circuit-store.ts';
import type { CircuitTables } from '../../support/dynalite-table.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FAIL, Fleet, KEY, OK, permitsOf } from '../../support/fleet.ts';
import type { WatchedStore } from '../../support/watched-store.ts';

const SANDBOXES = 10;
const BATCH_SIZE = 10;
/** Amazon DynamoDB's list prices, on demand, us-east-1: dollars for a million units. */
const WRITE_DOLLARS = 0.625;
const READ_DOLLARS = 0.125;

/**
 * Prints the store operations of ten sandboxes with the default policy, in virtual time: while the
 * circuit is closed, while calls fail, and while it is open.
 */
export async function countOperations(tables: CircuitTables): Promise<void> {
  const fleet = await aFleet(tables);
  const closed = await operationsOfClosed(fleet);
  const failing = await operationsOfFailing(fleet);
  for (let i = 0; i < 60; i++) await fleet.call(FAIL, 1);
  await fleet.seconds(2);
  const open = await operationsOfOpen(fleet);

  console.log(
    '\nStore operations with the default policy (DynamoDB emulated by dynalite, virtual time)',
  );
  console.table({
    'closed: 10 sandboxes, 60 s, 3,000 calls': closed,
    'failing: 10 batches of 10 calls, 1 fails': failing,
    'open: 10 sandboxes, 30 s, 3,000 rejected calls': open,
  });
  const calls = 30 * SANDBOXES * BATCH_SIZE;
  const writes = closed.writes / calls;
  const reads =
    (closed['circuit reads'] + closed['override reads'] + closed['window reads']) / calls;
  const dollars = writes * WRITE_DOLLARS + reads * READ_DOLLARS;
  console.log(`While closed: ${writes.toFixed(3)} writes and ${reads.toFixed(3)} reads per call
A million calls while closed cost $${dollars.toFixed(3)} at DynamoDB's list prices (us-east-1, on demand)`);
}

/** Each sandbox makes a batch of calls every two seconds for a minute. */
async function operationsOfClosed(fleet: Fleet) {
  for (let second = 0; second < 60; second += 2) {
    for (let worker = 0; worker < SANDBOXES; worker++) await batch(fleet, worker);
    await fleet.seconds(2);
  }
  return takeOperations(fleet.store);
}

/** One sandbox makes ten batches, and the first call of each fails. */
async function operationsOfFailing(fleet: Fleet) {
  for (let i = 0; i < 10; i++) await batch(fleet, 1, FAIL);
  return takeOperations(fleet.store);
}

/** Each sandbox tries to admit a batch of calls every second for half a minute. */
async function operationsOfOpen(fleet: Fleet) {
  fleet.store.asked.length = 0;
  for (let second = 0; second < 30; second++) {
    for (let worker = 0; worker < SANDBOXES; worker++) {
      await Promise.all(Array.from({ length: BATCH_SIZE }, () => fleet.admit(worker)));
    }
    await fleet.seconds(1);
  }
  return takeOperations(fleet.store);
}

async function batch(fleet: Fleet, worker: number, firstOutcome = OK): Promise<void> {
  const admissions = await Promise.all(
    Array.from({ length: BATCH_SIZE }, () => fleet.admit(worker)),
  );
  for (const [i, permit] of permitsOf(admissions).entries()) {
    await permit.settle(i === 0 ? firstOutcome : OK);
  }
  await fleet.worker(worker).flush();
}

/** Returns the number of operations since the previous call of this function. */
function takeOperations(store: WatchedStore) {
  const operations = {
    writes: store.times('addToWindow') + store.times('save'),
    'circuit reads': store.times('load', KEY),
    'override reads': store.times('load') - store.times('load', KEY),
    'window reads': store.times('readWindow'),
  };
  store.asked.length = 0;
  return operations;
}

async function aFleet(tables: CircuitTables): Promise<Fleet> {
  const clock = new FakeClock();
  const store = new DynamoDbCircuitStore(tables.client, await tables.create(), {
    now: () => clock.now(),
  });
  return new Fleet({ store, clock, policy: BREAKER_DEFAULTS });
}
