import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CIRCUITS_TABLE } from '../contract/keys.ts';
import type {
  DisabledTargetsRecord,
  DisabledTargetsStore,
} from '../core/router/disabled-targets.ts';

const KEY = {
  [CIRCUITS_TABLE.partitionKey]: { S: CIRCUITS_TABLE.notesKey },
  [CIRCUITS_TABLE.sortKey]: { S: 'disabled' },
} as const;

/** Absent, or still the version that the writer saw; 0 stands for absent. */
const UNCHANGED = 'attribute_not_exists(version) OR version = :seen';

/** The fleet's record of disabled targets: one item beside the circuits, its map as JSON text. */
export function dynamoDbDisabledTargets(
  client: DynamoDBClient,
  tableName: string,
): DisabledTargetsStore {
  return {
    async load() {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: KEY, ConsistentRead: true }),
      );
      return { version: Number(Item?.version?.N ?? 0), targets: parse(Item?.targets?.S) };
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

/** A record that cannot be read holds nothing against anyone; the next save replaces it. */
function parse(json: string | undefined): DisabledTargetsRecord['targets'] {
  try {
    const targets: unknown = JSON.parse(json ?? '{}');
    const isMap = typeof targets === 'object' && targets !== null && !Array.isArray(targets);
    return isMap ? (targets as DisabledTargetsRecord['targets']) : {};
  } catch {
    return {};
  }
}
