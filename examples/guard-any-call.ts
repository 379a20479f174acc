/**
 * The breaker by itself: a Lambda handler that calls a payments service, which fails for a while.
 * `node examples/guard-any-call.ts` runs it, with circuits in memory and short times. In a Lambda the
 * store is `new DynamoDbCircuitStore(client, tableName)`, and all sandboxes share their circuits.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { CircuitOpenError, createBreaker } from '../lambda/breaker.ts';
import { MemoryCircuitStore } from '../lambda/stores/memory-circuit-store.ts';

const store = new MemoryCircuitStore(Date.now);
const policy = {
  excessFailures: 3,
  cooldownSeconds: 2,
  viewMaxAgeSeconds: 0.1,
  recoveryStages: [1, 2],
};
const breaker = createBreaker({ store, policy, on: (event) => console.log(`  ${event.type}`) });

const charge = breaker.wrap('payments', callPayments);
const handler = breaker.handler(async (order: number) => `order ${order}: ${await charge(order)}`);

/** Stands for a call over the network. */
async function callPayments(order: number): Promise<string> {
  if (order >= 3 && order < 8) throw new Error('payments: 503');
  return 'charged';
}

for (let order = 1; order <= 12; order++) {
  try {
    console.log(await handler(order));
  } catch (error) {
    const isRefused = error instanceof CircuitOpenError;
    console.log(`order ${order}: ${error instanceof Error ? error.message : error}`);
    if (isRefused) await wait(error.retryAfterMs);
  }
}
