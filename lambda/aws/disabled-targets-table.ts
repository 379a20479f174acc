import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ConfigFailures } from '../core/router/config-failures.ts';
import type { DisabledTargetsStore } from '../core/router/disabled-targets.ts';
import { noteKey, parseNote } from './target-notes.ts';

const KEY = noteKey('disabled');

/**
 * The condition for a save: the item is absent (version 0) or still has the version that was read.
 */
const UNCHANGED = 'attribute_not_exists(version) OR version = :seen';

/**
 * Reads and writes the fleet's record of disabled targets: one item of the circuits table that
 * holds a map as JSON text.
 */
export function dynamoDbDisabledTargets(
  client: DynamoDBClient,
  tableName: string,
): DisabledTargetsStore {
  return {
    async load() {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: KEY, ConsistentRead: true }),
      );
      // An unreadable record disables no target; the next save replaces it.
      const targets = parseNote<ConfigFailures>(Item?.targets?.S) ?? {};
      return { version: Number(Item?.version?.N ?? 0), targets };
    },

    async save({ version, targets }) {
      try {
        await client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: { ...KEY, version: { N: `${version}` }, targets: { S: JSON.stringify(targets) } },
            ConditionExpression: UNCHANGED,
            ExpressionAttributeValues: { ':seen': { N: `${version - 1}` } },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
