import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { isoTime } from '../core/clock.ts';
import type { Lifecycle, LifecycleStore } from '../core/router/lifecycle.ts';
import { noteKey, parseNote } from './target-notes.ts';

const KEY = noteKey('lifecycle');

/**
 * Reads and writes the result of the last lifecycle check: one item of the circuits table that
 * holds a map as JSON text.
 */
export function dynamoDbLifecycle(client: DynamoDBClient, tableName: string): LifecycleStore {
  return {
    async load() {
      const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key: KEY }));
      const checkedAtMs = Date.parse(Item?.checkedAt?.S ?? '');
      const targets = parseNote<Lifecycle>(Item?.targets?.S);
      // An unreadable record counts as absent; the next check replaces it.
      return targets && !Number.isNaN(checkedAtMs) ? { checkedAtMs, targets } : undefined;
    },

    async save({ checkedAtMs, targets }) {
      await client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: {
            ...KEY,
            checkedAt: { S: isoTime(checkedAtMs) },
            targets: { S: JSON.stringify(targets) },
          },
        }),
      );
    },
  };
}
