import { expect, test } from '@jest/globals';
import { updateExpression } from '../../lambda/aws/update-expression.ts';

const WHEN = [{ test: 'equals', field: 'generation', value: 1 }] as const;

test('an update has only the sections that it needs', () => {
  const expression = (update: object) =>
    updateExpression({ when: WHEN, set: {}, ...update }).UpdateExpression;

  expect(expression({ set: { status: 'QUEUED' } })).toBe('SET #status = :v1');
  expect(expression({ remove: ['leaseUntil', 'sentAt'] })).toBe('REMOVE #leaseUntil, #sentAt');
  expect(expression({ add: { claims: 1 } })).toBe('ADD #claims :v1');
  expect(expression({ set: { status: 'QUEUED' }, remove: ['sentAt'] })).toBe(
    'SET #status = :v1 REMOVE #sentAt',
  );
});

test('a field without a value is not set, and a field of a value without a value is left out', () => {
  const error = { type: 'a', title: 'b', hasDetail: undefined };
  const set = { status: 'FAILED', result: undefined, error } as never;

  const expression = updateExpression({ when: WHEN, set });

  expect(expression).toMatchObject({
    UpdateExpression: 'SET #status = :v1, #error = :v2',
    ConditionExpression: '#generation = :v0',
    ExpressionAttributeNames: {
      '#generation': 'generation',
      '#status': 'status',
      '#error': 'error',
    },
    ExpressionAttributeValues: {
      ':v0': { N: '1' },
      ':v1': { S: 'FAILED' },
      ':v2': { M: { type: { S: 'a' }, title: { S: 'b' } } },
    },
  });
});
