import { expect, test } from '@jest/globals';
import { aTemplate } from '../support/stack.ts';
import { outputsOf, resourcesOf } from '../support/template.ts';

test('the ends of jobs are told on a bus of the stack’s own, which an output names', () => {
  const template = aTemplate();

  expect(resourcesOf(template, 'AWS::Events::EventBus')).toHaveLength(1);
  expect(outputsOf(template)).toMatchObject({ EventBusName: '{EventsBus}' });
});
