import { expect, jest, test } from '@jest/globals';
import { rateMs, startSchedules } from '../../../local/lambda/schedule.ts';
import { readStack } from '../../../local/stack.ts';
import { anAssembly } from '../support/assembly.ts';
import { aFakeFunction } from '../support/fake-function.ts';

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

test('a schedule invokes its target once a period, or twice if it repeats', () => {
  jest.useFakeTimers();
  const Schedule = {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      ScheduleExpression: 'rate(1 minute)',
      Target: { Arn: { 'Fn::GetAtt': ['Sweeper', 'Arn'] }, Input: '{}' },
    },
  };
  const stack = readStack(anAssembly({ code: { Sweeper: '' }, resources: { Schedule } }), {
    sqs: '',
  });
  const sweeper = aFakeFunction({});
  const functions = new Map([
    ['arn:aws:lambda:us-east-1:000000000000:function:Holdfast-Sweeper', sweeper],
  ]);
  const repeats = [false, true];

  const stop = startSchedules(stack, functions, () => repeats.shift() ?? false);
  jest.advanceTimersByTime(60_000);
  const afterOne = sweeper.events.length;
  jest.advanceTimersByTime(60_000);
  stop();
  jest.advanceTimersByTime(600_000);
  jest.useRealTimers();

  expect([afterOne, sweeper.events.length]).toEqual([1, 3]);
});

test('a rule with an event pattern starts nothing', () => {
  const Rule = {
    Type: 'AWS::Events::Rule',
    Properties: { EventPattern: { source: ['holdfast'] }, Targets: [{ Arn: 'a-queue' }] },
  };
  const stack = readStack(anAssembly({ resources: { Rule } }), { sqs: '' });

  expect(() => startSchedules(stack, new Map())).not.toThrow();
});
