import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CIRCUITS_TABLE } from '../contract/keys.ts';
import { isoTime } from '../core/clock.ts';
import type { RedriveClaim, RedriveLease } from '../core/jobs/redrive-lease.ts';

const KEY = {
  [CIRCUITS_TABLE.partitionKey]: { S: CIRCUITS_TABLE.redriveKey },
  [CIRCUITS_TABLE.sortKey]: { S: 'lease' },
};

/** After a lost response, the SDK's retry finds the item that its first attempt wrote. */
const IS_MINE = '#token = :token';
const IS_FREE = `attribute_not_exists(#token) OR #until <= :now OR ${IS_MINE}`;

/** Keeps the lease in one item of the circuits table, where an operator can read who holds it. */
export function dynamoDbRedriveLease(client: DynamoDBClient, tableName: string): RedriveLease {
  /** Returns false if the condition does not hold. */
  const write = async (
    { token, holder, untilMs }: RedriveClaim,
    condition: string,
    names: Readonly<Record<string, string>>,
    values: Readonly<Record<string, AttributeValue>>,
  ): Promise<boolean> => {
    const Item = {
      ...KEY,
      token: { S: token },
      holder: { S: holder },
      until: { S: isoTime(untilMs) },
    };
    try {
      await client.send(
        new PutItemCommand({
          TableName: tableName,
          Item,
          ConditionExpression: condition,
          ExpressionAttributeNames: { '#token': 'token', ...names },
          ExpressionAttributeValues: { ':token': { S: token }, ...values },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  return {
    async take(claim, nowMs) {
      // Times in this form sort like the times themselves.
      const now = { ':now': { S: isoTime(nowMs) } };
      if (await write(claim, IS_FREE, { '#until': 'until' }, now)) return undefined;
      const { Item = {} } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: KEY, ConsistentRead: true }),
      );
      return { holder: Item.holder?.S ?? '', untilMs: Date.parse(Item.until?.S ?? '') };
    },

    async end(claim) {
      await write(claim, IS_MINE, {}, {});
    },
  };
}
