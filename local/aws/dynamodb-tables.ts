import { z } from 'zod';
import { credentialOf, OPERATOR_KEY_ID } from '../iam.ts';
import { ask, type Dynalite } from './dynalite-server.ts';

export const AMZ_JSON = 'application/x-amz-json-1.0';

const index = z.looseObject({
  IndexName: z.string(),
  KeySchema: z.array(z.unknown()),
  Projection: z.unknown(),
});

/** An `AWS::DynamoDB::Table`. */
export const tableProperties = z.looseObject({
  KeySchema: z.array(z.looseObject({ AttributeName: z.string(), KeyType: z.string() })),
  AttributeDefinitions: z.array(z.unknown()),
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
  StreamSpecification: z.undefined({ error: 'streams are not emulated' }).optional(),
});
export type TableProperties = z.infer<typeof tableProperties>;

/** Creates a table and waits until it takes requests: dynalite needs a moment, as DynamoDB does. */
export async function createTable(
  server: Dynalite,
  TableName: string,
  properties: TableProperties,
): Promise<void> {
  const indexes = (list: z.infer<typeof index>[] | undefined) =>
    list?.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }));
  await call(server, 'CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: properties.KeySchema,
    AttributeDefinitions: properties.AttributeDefinitions,
    GlobalSecondaryIndexes: indexes(properties.GlobalSecondaryIndexes),
    LocalSecondaryIndexes: indexes(properties.LocalSecondaryIndexes),
  });
  while (!isActive(await call(server, 'DescribeTable', { TableName })));
}

function isActive(description: unknown): boolean {
  return Object(Object(description).Table).TableStatus === 'ACTIVE';
}

export function partitionKeyOf({ KeySchema }: TableProperties): string | undefined {
  return KeySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
}

/** Calls dynalite from within this process, as the operator. Throws if it refuses the call. */
export async function call(server: Dynalite, operation: string, body: object): Promise<unknown> {
  const headers = {
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    'content-type': AMZ_JSON,
    'x-amz-date': '20260101T000000Z',
    authorization: credentialOf(OPERATOR_KEY_ID),
  };
  const { status, body: text } = await ask(server, headers, Buffer.from(JSON.stringify(body)));
  if (status !== 200) throw new Error(`DynamoDB ${operation} failed: ${text}`);
  return JSON.parse(String(text));
}
