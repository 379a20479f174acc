import { expect, test } from '@jest/globals';
import dynalite from 'dynalite';
import { call, createTable } from '../../../local/aws/dynamodb-tables.ts';

test('a table takes requests as soon as it is created, however long that takes', async () => {
  const server = dynalite({ createTableMs: 20, deleteTableMs: 0, updateTableMs: 0 });
  await createTable(server, 'Jobs', {
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  });

  const Item = { id: { S: 'a' } };
  await expect(call(server, 'PutItem', { TableName: 'Jobs', Item })).resolves.toEqual({});
});
