import { type DynamoDBClient, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { CIRCUITS_TABLE } from '../contract/keys.ts';
import type { TenantRegistry } from '../core/jobs/tenant-registry.ts';

const { partitionKey, sortKey, tenantsKey, timeToLive } = CIRCUITS_TABLE;

/**
 * Keeps the tenants in the circuits table, each in an item of its own: a write costs the same however
 * many tenants there are, and DynamoDB deletes an item some time after its entry has ended.
 */
export function dynamoDbTenantRegistry(client: DynamoDBClient, tableName: string): TenantRegistry {
  return {
    async add(tenant, untilMs) {
      const Item = {
        [partitionKey]: { S: tenantsKey },
        [sortKey]: { S: tenant },
        [timeToLive]: seconds(untilMs),
      };
      await client.send(new PutItemCommand({ TableName: tableName, Item }));
    },

    async all(nowMs) {
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: `${partitionKey} = :tenants`,
          FilterExpression: `${timeToLive} > :now`,
          ExpressionAttributeValues: { ':tenants': { S: tenantsKey }, ':now': seconds(nowMs) },
        },
      );
      const tenants: string[] = [];
      for await (const { Items = [] } of pages) {
        tenants.push(...Items.flatMap((item) => item[sortKey]?.S ?? []));
      }
      return tenants;
    },
  };
}

/** DynamoDB's TTL needs seconds since the Unix epoch. */
function seconds(timeMs: number) {
  return { N: String(Math.floor(timeMs / 1000)) };
}
