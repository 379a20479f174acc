import { expect, test } from '@jest/globals';
import { aTemplate } from '../support/stack.ts';
import { outputsOf, resourcesOf } from '../support/template.ts';

test('completion events have their own bus, which an output names', () => {
  const template = aTemplate();

  expect(resourcesOf(template, 'AWS::Events::EventBus')).toHaveLength(1);
  expect(outputsOf(template)).toMatchObject({ EventBusName: '{EventsBus}' });
});
