import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { type Authorize, credentialOf, OPERATOR_KEY_ID } from '../iam.ts';
import { type Handler, isObject, parseJson, readBody, sendJson } from '../loopback.ts';
import { ACCOUNT, REGION } from '../resources.ts';
import type { Stack } from '../stack.ts';
import { ask, createDynalite, type Dynalite, handOver } from './dynalite-server.ts';

/** DynamoDB's limit for the body of a request. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
const AMZ_JSON = 'application/x-amz-json-1.0';

/**
 * Serves DynamoDB with dynalite. Transactions, streams and the deletion of expired items are not
 * emulated. DynamoDB may delete an expired item days late, so nothing may depend on its deletion.
 */
export async function serveDynamoDb(stack: Stack, authorize: Authorize): Promise<Handler> {
  const server = createDynalite();
  const tables = [
    ...stack.resources('AWS::DynamoDB::Table', table),
    ...stack.resources('AWS::DynamoDB::GlobalTable', table),
  ];
  await Promise.all(tables.map(({ ref, properties }) => createTable(server, ref, properties)));
  const partitionKeys = new Map(
    tables.map(({ ref, properties }) => [ref, partitionKeyOf(properties)]),
  );

  return async (request, response) => {
    const body = await readBody(request, MAX_REQUEST_BYTES);
    if (!body) return sendJson(response, 413, { __type: 'RequestEntityTooLarge' }, AMZ_JSON);
    const denial = denialOf(authorize, request.headers, body, partitionKeys);
    if (denial) {
      const __type = 'com.amazon.coral.service#AccessDeniedException';
      return sendJson(response, 400, { __type, Message: denial }, AMZ_JSON);
    }
    handOver(server, request.headers, body, response);
  };
}

const index = z.looseObject({
  IndexName: z.string(),
  KeySchema: z.array(z.unknown()),
  Projection: z.unknown(),
});

const table = z.looseObject({
  KeySchema: z.array(z.looseObject({ AttributeName: z.string(), KeyType: z.string() })),
  AttributeDefinitions: z.array(z.unknown()),
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
  StreamSpecification: z.undefined({ error: 'streams are not emulated' }).optional(),
});

function denialOf(
  authorize: Authorize,
  headers: IncomingHttpHeaders,
  body: Buffer,
  partitionKeys: ReadonlyMap<string, string | undefined>,
) {
  const request = tableRequest.safeParse(parseJson(body.toString()));
  // dynalite itself rejects a request that is not JSON.
  if (!request.success) return undefined;
  const operation = operationOf(headers);
  const context = leadingKey(request.data, partitionKeys);
  return resourcesOf(request.data)
    .map((resource) => authorize(headers, `dynamodb:${operation}`, resource, context))
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

function partitionKeyOf({ KeySchema }: z.infer<typeof table>): string | undefined {
  return KeySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
}

async function createTable(
  server: Dynalite,
  TableName: string,
  properties: z.infer<typeof table>,
): Promise<void> {
  const indexes = (list: z.infer<typeof index>[] | undefined) =>
    list?.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }));
  const body = JSON.stringify({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: properties.KeySchema,
    AttributeDefinitions: properties.AttributeDefinitions,
    GlobalSecondaryIndexes: indexes(properties.GlobalSecondaryIndexes),
    LocalSecondaryIndexes: indexes(properties.LocalSecondaryIndexes),
  });
  const headers = {
    'x-amz-target': 'DynamoDB_20120810.CreateTable',
    'content-type': AMZ_JSON,
    'x-amz-date': '20260101T000000Z',
    authorization: credentialOf(OPERATOR_KEY_ID),
  };
  const { status, text } = await ask(server, headers, body);
  if (status !== 200) throw new Error(`creating table ${TableName} failed: ${text}`);
}
