import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parseSettings } from '../../../lambda/contract/schemas/settings.ts';
import type { QuotaHold } from '../../../lambda/core/admission/quota-hold.ts';
import { Quotas } from '../../../lambda/core/admission/quotas.ts';
import { DynamoDbBucketStore } from '../../../lambda/stores/dynamodb-bucket-store.ts';
import { MemoryBucketStore } from '../../../lambda/stores/memory-bucket-store.ts';
import { createTable } from '../../support/dynalite-table.ts';
import { localAws } from '../../support/local-aws.ts';
import { SILENT } from '../../support/silent-telemetry.ts';
import { circuitsTable } from '../../support/tables.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** More than one sandbox shares the bucket, so a sandbox's own view of it is stale. */
const SANDBOXES = 4;
const CALLS = 200;
const USAGE = { inputTokens: 1_000, outputTokens: 500 };
/** A call holds 5,096 tokens and costs 3,500, so a minute has quota for 60 calls. */
const TARGET = {
  region: 'us-east-1',
  modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  quota: { tokensPerMinute: 210_000 },
};
/** Calls begin at this interval, and use two thirds of the quota. */
const INTERVAL_MS = 1_500;

/**
 * Returns the write units of a call to a target with a known quota. The workers' own gate takes and
 * settles the holds in a table. A write whose condition fails is billed as well.
 */
export async function bucketWrites(endpoint: string, answerSeconds: number): Promise<number> {
  const client = new DynamoDBClient({ ...localAws(endpoint), maxAttempts: 1 });
  try {
    await createTable(client, circuitsTable('circuits'));
    let writes = 0;
    client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (commandName === 'UpdateItemCommand') writes++;
          return next(args);
        },
      { step: 'initialize' },
    );
    await makeCalls(client, answerSeconds * 1000);
    return writes / CALLS;
  } finally {
    client.destroy();
  }
}

async function makeCalls(client: DynamoDBClient, answerMs: number): Promise<void> {
  const clock = new VirtualClock(Date.UTC(2026, 10, 28, 12));
  const gates = Array.from({ length: SANDBOXES }, () => gateOf(client, clock));
  const running: { readonly endsAtMs: number; readonly hold: QuotaHold }[] = [];
  const settleUntil = async (ms: number) => {
    while (running[0] && running[0].endsAtMs <= ms) {
      clock.moveTo(running[0].endsAtMs);
      await running.shift()?.hold.settle(USAGE);
    }
    clock.moveTo(ms);
  };
  for (let i = 0; i < CALLS; i++) {
    await settleUntil(clock.now() + INTERVAL_MS);
    const admission = await gates[i % SANDBOXES]?.admit({
      target: TARGET,
      chain: 'default',
      inputTokens: USAGE.inputTokens,
      maxTokens: 4_096,
      patienceMs: 0,
      isBatch: false,
    });
    if (!admission?.admitted) throw new Error('the quota should allow each call');
    running.push({ endsAtMs: clock.now() + answerMs, hold: admission.hold });
  }
  await settleUntil(clock.now() + answerMs);
}

/** Returns the gate of one sandbox. */
function gateOf(client: DynamoDBClient, clock: VirtualClock): Quotas {
  const now = () => clock.now();
  const tiers = [{ name: 'primary', targets: [TARGET], maxTokens: 4_096 }];
  const settings = parseSettings({ tiers }, 'the bench');
  return new Quotas({
    store: new DynamoDbBucketStore(client, 'circuits', { now, storeNow: now, timeoutMs: 10_000 }),
    newPrivateStore: () => new MemoryBucketStore(now),
    settings: () => settings,
    clock,
    log: SILENT,
    onStoreLost: () => {
      throw new Error('the table should answer');
    },
  });
}
