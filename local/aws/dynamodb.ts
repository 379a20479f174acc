import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { type Handler, readBody, sendJson, sendReply } from '../../console/server/loopback.ts';
import type { Authorize } from '../iam.ts';
import { isObject, parseJson } from '../json.ts';
import { ACCOUNT, REGION } from '../resources.ts';
import type { Stack, StackResource } from '../stack.ts';
import { KIND, type Unkind } from '../unkind.ts';
import { ask, createDynalite, type Dynalite } from './dynalite-server.ts';
import {
  AMZ_JSON,
  createTable,
  partitionKeyOf,
  type TableProperties,
  tableProperties,
} from './dynamodb-tables.ts';
import { LaggingIndexes } from './lagging-index.ts';

/** DynamoDB's limit for the body of a request. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
const LOST_RESPONSES_SHARE = 0.03;

type Tables = readonly StackResource<TableProperties>[];

/**
 * Serves DynamoDB with dynalite. Transactions, streams and the deletion of expired items are not
 * emulated. DynamoDB may delete an expired item days late, so nothing may depend on its deletion.
 */
export async function serveDynamoDb(
  stack: Stack,
  authorize: Authorize,
  unkind: Unkind = KIND,
): Promise<Handler> {
  const server = createDynalite();
  const tables: Tables = [
    ...stack.resources('AWS::DynamoDB::Table', tableProperties),
    ...stack.resources('AWS::DynamoDB::GlobalTable', tableProperties),
  ];
  await Promise.all(tables.map(({ ref, properties }) => createTable(server, ref, properties)));
  const partitionKeys = new Map(
    tables.map(({ ref, properties }) => [ref, partitionKeyOf(properties)]),
  );
  const indexes = unkind.has('lagging-index')
    ? await createIndexes(server, tables, unkind)
    : new Map<string, LaggingIndexes>();
  const loses = unkind.chance('lost-responses', LOST_RESPONSES_SHARE);

  return async (request, response) => {
    const body = await readBody(request, MAX_REQUEST_BYTES);
    if (!body) return sendJson(response, 413, { __type: 'RequestEntityTooLarge' }, AMZ_JSON);
    // dynalite itself rejects a request that is not JSON.
    const parsed = tableRequest.safeParse(parseJson(body.toString())).data ?? {};
    const denial = denialOf(authorize, request.headers, parsed, partitionKeys);
    if (denial) {
      const __type = 'com.amazon.coral.service#AccessDeniedException';
      return sendJson(response, 400, { __type, Message: denial }, AMZ_JSON);
    }
    const index = indexes.get(parsed.TableName ?? '');
    const reply = await ask(
      server,
      request.headers,
      index && parsed.IndexName ? inTable(index.tableName, body) : body,
    );
    const written = isWrite(request.headers) ? (parsed.Key ?? parsed.Item) : undefined;
    if (written) index?.follow(written);
    // The write happened, but its caller learns nothing.
    if (parsed.ConditionExpression && reply.status === 200 && loses()) {
      response.destroy();
      return;
    }
    sendReply(response, reply);
  };
}

async function createIndexes(
  server: Dynalite,
  tables: Tables,
  unkind: Unkind,
): Promise<ReadonlyMap<string, LaggingIndexes>> {
  const random = unkind.random('lagging-index');
  const indexed = tables.filter(({ properties }) => properties.GlobalSecondaryIndexes);
  return new Map(
    await Promise.all(
      indexed.map(
        async ({ ref, properties }) =>
          [ref, await LaggingIndexes.create(server, ref, properties, random)] as const,
      ),
    ),
  );
}

/** Returns a request's body with another table. */
function inTable(TableName: string, body: Buffer): Buffer {
  return Buffer.from(JSON.stringify({ ...JSON.parse(body.toString()), TableName }));
}

function isWrite(headers: IncomingHttpHeaders): boolean {
  return /^(Put|Update|Delete)/.test(operationOf(headers));
}

function denialOf(
  authorize: Authorize,
  headers: IncomingHttpHeaders,
  request: TableRequest,
  partitionKeys: ReadonlyMap<string, string | undefined>,
) {
  const context = leadingKey(request, partitionKeys);
  return resourcesOf(request)
    .map((resource) => authorize(headers, `dynamodb:${operationOf(headers)}`, resource, context))
    .find((denial) => denial !== undefined);
}

function operationOf(headers: IncomingHttpHeaders): string {
  return String(headers['x-amz-target']).split('.')[1] ?? '';
}

/** Attributes by name. Their values are not parsed, because that is slow for large items. */
const attributes = z.custom<Readonly<Record<string, unknown>>>(isObject).optional();

const tableRequest = z.object({
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  RequestItems: attributes,
  Key: attributes,
  Item: attributes,
  ConditionExpression: z.string().optional(),
});
type TableRequest = z.infer<typeof tableRequest>;

/** Returns the ARNs of the tables or the index that a request uses. */
function resourcesOf({ TableName, IndexName, RequestItems }: TableRequest): string[] {
  const tables = RequestItems ? Object.keys(RequestItems) : [TableName ?? '*'];
  const suffix = IndexName ? `/index/${IndexName}` : '';
  return tables.map((name) => `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}${suffix}`);
}

/** Returns the condition key with which a policy restricts requests for one item to a partition. */
function leadingKey(
  { TableName = '', Key, Item }: TableRequest,
  partitionKeys: ReadonlyMap<string, string | undefined>,
): Record<string, string> {
  const value = stringAttribute.safeParse((Key ?? Item)?.[partitionKeys.get(TableName) ?? '']);
  return value.success ? { 'dynamodb:LeadingKeys': value.data.S } : {};
}

const stringAttribute = z.object({ S: z.string() });
