import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { dynamoDbJobStore } from '../../../lambda/aws/job-table.ts';
import { JOBS_TABLE } from '../../../lambda/contract/keys.ts';
import type { JobStore } from '../../../lambda/core/jobs/job-store.ts';

type Row = Readonly<Record<string, unknown>>;

/** Counts the write units of the jobs table and of its indexes, by DynamoDB's rules. */
export class Meter {
  writes = 0;
  indexWrites = 0;

  add(before: Row | undefined, after: Row, bytes: number): void {
    this.writes += Math.ceil(bytes / 1024);
    for (const index of [JOBS_TABLE.byTenant, JOBS_TABLE.due]) {
      const keys = [index.partitionKey, index.sortKey];
      const wasIndexed = before !== undefined && keys.every((key) => before[key] !== undefined);
      const isIndexed = keys.every((key) => after[key] !== undefined);
      const differs = (names: readonly string[]) =>
        names.some((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after[name]));
      // An index entry whose key changes is deleted and put again.
      if (wasIndexed && isIndexed && differs(keys)) this.indexWrites += 2;
      else if (wasIndexed !== isIndexed || (isIndexed && differs(index.include))) {
        this.indexWrites += 1;
      }
    }
  }
}

/** Returns the adapter of the jobs table. After each write, the meter compares the row with its last version. */
export function meteredJobStore(client: DynamoDBClient, tableName: string, meter: Meter): JobStore {
  const store = dynamoDbJobStore(client, tableName);
  const rows = new Map<string, Row>();
  const read = async (jobId: string) => {
    const { Item = {} } = await client.send(
      new GetItemCommand({
        TableName: tableName,
        Key: { jobId: { S: jobId } },
        ConsistentRead: true,
      }),
    );
    const row = unmarshall(Item);
    meter.add(rows.get(jobId), row, sizeOf(Item));
    rows.set(jobId, row);
  };
  return {
    ...store,
    create: async (job, now) => {
      const created = await store.create(job, now);
      await read(job.jobId);
      return created;
    },
    update: async (jobId, change) => {
      const updated = await store.update(jobId, change);
      await read(jobId);
      return updated;
    },
  };
}

/** Returns the size of an item in bytes: names and values, roughly as DynamoDB counts them. */
function sizeOf(item: Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(unmarshall(item)).reduce(
    (sum, [name, value]) => sum + name.length + JSON.stringify(value).length,
    0,
  );
}
