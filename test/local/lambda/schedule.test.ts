import { expect, test } from '@jest/globals';
import { rateMs, startSchedules } from '../../../local/lambda/schedule.ts';
import { readStack } from '../../../local/stack.ts';
import { anAssembly } from '../support/assembly.ts';

test.each([
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(2 hours)', 7_200_000],
  ['rate(1 day)', 86_400_000],
])('%s is %d ms', (expression, ms) => {
  expect(rateMs(expression)).toBe(ms);
});

test.each(['cron(0 12 * * ? *)', 'rate(1 fortnight)', ''])('%p is refused', (expression) => {
  expect(() => rateMs(expression)).toThrow('allowed is rate(n minutes|hours|days)');
});

test('a rule with an event pattern starts nothing', () => {
  const Rule = {
    Type: 'AWS::Events::Rule',
    Properties: { EventPattern: { source: ['holdfast'] }, Targets: [{ Arn: 'a-queue' }] },
  };
  const stack = readStack(anAssembly({ resources: { Rule } }), { sqs: '' });

  expect(() => startSchedules(stack, new Map())).not.toThrow();
});
