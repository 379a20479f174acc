import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CIRCUITS_TABLE } from '../contract/keys.ts';
import type { LifecycleRecord, LifecycleStore } from '../core/router/lifecycle.ts';

const KEY = {
  [CIRCUITS_TABLE.partitionKey]: { S: CIRCUITS_TABLE.notesKey },
  [CIRCUITS_TABLE.sortKey]: { S: 'lifecycle' },
} as const;

/** What the last lifecycle check found: one item beside the circuits, its map as JSON text. */
export function dynamoDbLifecycle(client: DynamoDBClient, tableName: string): LifecycleStore {
  return {
    async load() {
      const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key: KEY }));
      return parse(Item?.checkedAt?.S, Item?.targets?.S);
    },

    async save({ checkedAtMs, targets }) {
      await client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: {
            ...KEY,
            checkedAt: { S: new Date(checkedAtMs).toISOString() },
            targets: { S: JSON.stringify(targets) },
          },
        }),
      );
    },
  };
}

/** A record that cannot be read is as good as none: the next check replaces it. */
function parse(checkedAt = '', json = ''): LifecycleRecord | undefined {
  try {
    const checkedAtMs = Date.parse(checkedAt);
    const targets: unknown = JSON.parse(json);
    const isMap = typeof targets === 'object' && targets !== null && !Array.isArray(targets);
    return isMap && !Number.isNaN(checkedAtMs)
      ? { checkedAtMs, targets: targets as LifecycleRecord['targets'] }
      : undefined;
  } catch {
    return undefined;
  }
}
