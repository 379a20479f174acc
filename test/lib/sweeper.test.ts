import { expect, test } from '@jest/globals';
import { aTemplate } from '../support/stack.ts';
import { propertiesOf, resourcesOf } from '../support/template.ts';

test('the sweeper runs each minute and ends before the next', () => {
  const template = aTemplate();

  expect(resourcesOf(template, 'AWS::Events::Rule')).toMatchObject([
    {
      properties: {
        ScheduleExpression: 'rate(1 minute)',
        State: 'ENABLED',
        Targets: [{ Arn: '{SweeperFunctionHandler.Arn}' }],
      },
    },
  ]);
  expect(propertiesOf(template, 'AWS::Lambda::Function', 'SweeperFunctionHandler').Timeout).toBe(
    60,
  );
});
