/**
 * The circuit breaker on its own: a Lambda handler calls a payments service that fails for a while.
 *
 *     npx node examples/guard-any-call.ts
 *
 * Here the circuits are in memory and the times are short. In a Lambda function, use
 * `new DynamoDbCircuitStore(client, tableName)`, so that all sandboxes share the circuits.
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

/** Simulates a call over the network. */
async function callPayments(order: number): Promise<string> {
  if (order >= 3 && order < 8) throw new Error('payments: 503');
  return 'charged';
}

for (let order = 1; order <= 12; order++) {
  try {
    console.log(await handler(order));
  } catch (error) {
    console.log(`order ${order}: ${error instanceof Error ? error.message : error}`);
    if (error instanceof CircuitOpenError) await wait(error.retryAfterMs);
  }
}
