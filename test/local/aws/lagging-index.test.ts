import { expect, test } from '@jest/globals';
import { createDynalite } from '../../../local/aws/dynalite-server.ts';
import { call, createTable } from '../../../local/aws/dynamodb-tables.ts';
import { LaggingIndexes } from '../../../local/aws/lagging-index.ts';

const JOBS = {
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'due', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byDue',
      KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

test('an index shows a write after its lag, and only the latest state of an item', async () => {
  const server = createDynalite();
  await createTable(server, 'Jobs', JOBS);
  const lags: { readonly ms: number; readonly end: () => void }[] = [];
  const indexes = await LaggingIndexes.create(
    server,
    'Jobs',
    JOBS,
    () => 0.75,
    (end, ms) => lags.push({ ms, end }),
  );
  const write = async (due: string) => {
    const Item = { id: { S: 'a' }, due: { N: due } };
    await call(server, 'PutItem', { TableName: 'Jobs', Item });
    indexes.follow(Item);
  };
  const found = async (due: string) => {
    const query = {
      TableName: indexes.tableName,
      IndexName: 'byDue',
      KeyConditionExpression: 'due = :due',
      ExpressionAttributeValues: { ':due': { N: due } },
    };
    return (await call(server, 'Query', query)) as { readonly Count: number };
  };

  await write('1');
  await write('2');
  const before = await found('2');
  for (const { end } of lags) end();
  await indexes.settled();

  expect(lags.map(({ ms }) => ms)).toEqual([1500]);
  expect(before).toMatchObject({ Count: 0 });
  expect(await found('1')).toMatchObject({ Count: 0 });
  expect(await found('2')).toMatchObject({ Count: 1 });

  await call(server, 'DeleteItem', { TableName: 'Jobs', Key: { id: { S: 'a' } } });
  indexes.follow({ id: { S: 'a' } });
  lags.at(-1)?.end();
  await indexes.settled();

  expect(await found('2')).toMatchObject({ Count: 0 });
});
