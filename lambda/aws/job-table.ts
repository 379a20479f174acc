import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { JOBS_TABLE } from '../contract/keys.ts';
import type { DueJob, Job } from '../core/jobs/job.ts';
import type { JobFilter, JobQuery } from '../core/jobs/job-query.ts';
import type { JobStore, ListedJob } from '../core/jobs/job-store.ts';
import { alreadyApplied } from '../core/jobs/row-update.ts';
import { updateExpression } from './update-expression.ts';

/**
 * The condition for a new job: its id has no row, or the row has expired. DynamoDB's TTL may delete
 * an expired row days late.
 */
const IS_FREE = 'attribute_not_exists(jobId) OR expiresAt <= :nowSeconds';

/** The number of pages that one list may read. Finding a rare status may take several requests. */
const LIST_PAGES = 4;
const LIST_PAGE_SIZE = 250;

/**
 * The number of due rows in a page. The sweeper handles a page's rows in parallel, so a page has no
 * more rows than the SDK has connections.
 */
const PAGE_SIZE = 50;

type Item = Parameters<typeof unmarshall>[0];

/**
 * `convertClassInstanceToMap` is for `metadata`: an object with a field `constructor` looks like an
 * instance of a class to the SDK.
 */
const JOB_OPTIONS = { removeUndefinedValues: true, convertClassInstanceToMap: true };

/**
 * Reads and writes the jobs table with the plain DynamoDB client. Each write reads the item of a
 * failed condition, and the document client does not unmarshal that item.
 */
export function dynamoDbJobStore(client: DynamoDBClient, tableName: string): JobStore {
  const get = async (jobId: string): Promise<Job | undefined> => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: marshall({ jobId }), ConsistentRead: true }),
    );
    return Item && jobOf(Item);
  };

  /**
   * Returns the row that made a write's condition fail: from the error or, if the error has no row,
   * from the table.
   */
  const refusing = async (error: unknown, jobId: string): Promise<Job | undefined> => {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item ? jobOf(error.Item) : get(jobId);
  };

  return {
    get,

    async create(job, now) {
      try {
        await client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: marshall(job, JOB_OPTIONS),
            ConditionExpression: IS_FREE,
            ExpressionAttributeValues: { ':nowSeconds': { N: String(Math.floor(now / 1000)) } },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { created: true };
      } catch (error) {
        const existing = await refusing(error, job.jobId);
        // The row was deleted between the refusal and the read, so the caller must try again.
        if (existing === undefined) throw error;
        // After a lost response, the SDK's retry finds the row that its first attempt wrote.
        const isMine = existing.requestToken === job.requestToken;
        return isMine ? { created: true } : { created: false, existing };
      }
    },

    async update(jobId, update) {
      try {
        const { Attributes = {} } = await client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: marshall({ jobId }),
            ...updateExpression(update),
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { applied: true, job: jobOf(Attributes) };
      } catch (error) {
        const current = await refusing(error, jobId);
        return current && alreadyApplied(current, update)
          ? { applied: true, job: current }
          : { applied: false, current };
      }
    },

    async *due(shard, now, trusted) {
      // No page size: DynamoDB counts the rows that the filter leaves out as well.
      const pages = paginateQuery({ client }, stuckQuery(tableName, shard, now, trusted));
      for await (const { Items = [] } of pages) {
        for (let at = 0; at < Items.length; at += PAGE_SIZE) {
          yield Items.slice(at, at + PAGE_SIZE).map(dueJobOf);
        }
      }
    },

    async running(shard, now, limit) {
      const found: DueJob[] = [];
      const query = runningQuery(tableName, shard, now);
      const pages = paginateQuery({ client, pageSize: LIST_PAGE_SIZE }, query);
      for (let read = 0; read < LIST_PAGES && found.length < limit; read++) {
        const { value } = await pages.next();
        if (!value) break;
        found.push(...(value.Items ?? []).map(dueJobOf));
      }
      return found.slice(0, limit);
    },

    async list({ limit, ...query }, now) {
      const jobs: ListedJob[] = [];
      let after = query.after;
      for (let page = 0; page < LIST_PAGES; page++) {
        const input = tenantQuery(tableName, { ...query, limit, after }, now);
        const { Items = [], LastEvaluatedKey } = await client.send(new QueryCommand(input));
        jobs.push(...Items.map((item) => unmarshall(item) as ListedJob));
        // A row beyond the limit shows that there is another page.
        if (jobs.length > limit) {
          const shown = jobs.slice(0, limit);
          return { jobs: shown, next: shown.at(-1)?.createdKey };
        }
        if (!LastEvaluatedKey) return { jobs };
        after = LastEvaluatedKey[JOBS_TABLE.byTenant.sortKey]?.S;
      }
      return { jobs, next: after };
    },
  };
}

/**
 * Builds the query for a page of a tenant's jobs. The cursor's position is a condition on the sort
 * key, not a start key, so even a forged position returns only this tenant's rows.
 */
function tenantQuery(tableName: string, query: JobQuery, now: number) {
  const { tenant, limit, after } = query;
  const { name, partitionKey, sortKey } = JOBS_TABLE.byTenant;
  const isBehind = after === undefined ? '' : ` AND ${sortKey} < :after`;
  const { conditions, names, values } = filterExpression(query);
  return {
    TableName: tableName,
    IndexName: name,
    KeyConditionExpression: `${partitionKey} = :tenant${isBehind}`,
    FilterExpression: ['expiresAt > :now', ...conditions].join(' AND '),
    ...(conditions.length > 0 && { ExpressionAttributeNames: names }),
    ExpressionAttributeValues: marshall(
      { ...values, ':tenant': tenant, ':now': now / 1000, ':after': after },
      { removeUndefinedValues: true },
    ),
    ScanIndexForward: false,
    Limit: conditions.length === 0 ? limit + 1 : LIST_PAGE_SIZE,
  };
}

/** Returns the conditions of a list, with their names and values. It is `passes` in DynamoDB's words. */
function filterExpression({ statuses, chain, degraded }: JobFilter) {
  const isOneOf = statuses?.map((_, i) => `:status${i}`).join(', ');
  return {
    conditions: [
      ...(statuses ? [`#status IN (${isOneOf})`] : []),
      ...(chain === undefined ? [] : ['#chain = :chain']),
      ...(degraded ? ['#degraded = :degraded'] : []),
    ],
    names: {
      ...(statuses && { '#status': 'status' }),
      ...(chain !== undefined && { '#chain': 'chain' }),
      ...(degraded && { '#degraded': 'degraded' }),
    },
    values: {
      ...Object.fromEntries(statuses?.map((status, i) => [`:status${i}`, status]) ?? []),
      ':chain': chain,
      ':degraded': degraded || undefined,
    },
  };
}

function dueQuery(tableName: string, shard: number, comparison: '<=' | '>', now: number) {
  const { name, partitionKey, sortKey } = JOBS_TABLE.due;
  return {
    TableName: tableName,
    IndexName: name,
    KeyConditionExpression: `${partitionKey} = :shard AND ${sortKey} ${comparison} :now`,
    ExpressionAttributeValues: { ':shard': { N: String(shard) }, ':now': { N: String(now) } },
  };
}

/** Builds the query for due rows, without those for which `waitsInQueue` holds. */
function stuckQuery(tableName: string, shard: number, now: number, trusted: number) {
  const { ExpressionAttributeValues, ...query } = dueQuery(tableName, shard, '<=', now);
  const waits = [
    '#status IN (:queued, :deferred)',
    'attribute_not_exists(cancelRequested)',
    'deadlineAt > :now',
    'attribute_exists(sentAt)',
    '(sentAt > :trusted OR nextAttemptAt > :trusted)',
  ];
  return {
    ...query,
    FilterExpression: `NOT (${waits.join(' AND ')})`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ...ExpressionAttributeValues,
      ':queued': { S: 'QUEUED' },
      ':deferred': { S: 'DEFERRED' },
      ':trusted': { N: String(trusted) },
    },
  };
}

/**
 * Builds the query for running jobs. A running row is due when its lease ends, so the query reads
 * the rows that are due later than now.
 */
function runningQuery(tableName: string, shard: number, now: number) {
  const { ExpressionAttributeValues, ...query } = dueQuery(tableName, shard, '>', now);
  return {
    ...query,
    FilterExpression: '#status = :running',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ...ExpressionAttributeValues, ':running': { S: 'RUNNING' } },
  };
}

/**
 * Converts an item into a job. Only Holdfast writes to this table, so the item's shape is not
 * checked.
 */
function jobOf(item: Item): Job {
  return unmarshall(item) as Job;
}

function dueJobOf(item: Item): DueJob {
  return unmarshall(item) as DueJob;
}
