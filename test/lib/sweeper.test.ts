import { expect, test } from '@jest/globals';
import { aTemplate } from '../support/stack.ts';
import { propertiesOf } from '../support/template.ts';

test('the sweeper runs each minute and ends before the next', () => {
  const template = aTemplate();

  expect(propertiesOf(template, 'AWS::Events::Rule', 'SweeperEachMinute')).toMatchObject({
    ScheduleExpression: 'rate(1 minute)',
    State: 'ENABLED',
    Targets: [{ Arn: '{SweeperFunctionHandler.Arn}' }],
  });
  expect(propertiesOf(template, 'AWS::Lambda::Function', 'SweeperFunctionHandler').Timeout).toBe(
    60,
  );
});
