import { describe, expect, test } from '@jest/globals';
import { aTemplate } from '../support/stack.ts';
import { propertiesOf } from '../support/template.ts';

/** Returns the reserved concurrency of the status function and its longest wait. */
function deployedWith(statusConcurrency?: number) {
  const template = aTemplate({ statusConcurrency });
  const { ReservedConcurrentExecutions: reserved, Environment } = propertiesOf(
    template,
    'AWS::Lambda::Function',
    'StatusFunctionHandler',
  );
  const { Variables } = Environment as { Variables: Record<string, string> };
  return { reserved, longestWaitSeconds: Variables.LONGEST_WAIT_SECONDS };
}

describe('the status function', () => {
  test('shares the account’s concurrency by default, and lets a request wait for 5 s', () => {
    expect(deployedWith()).toEqual({ reserved: undefined, longestWaitSeconds: '5' });
  });

  test('lets a request wait for 20 s with a concurrency of its own', () => {
    expect(deployedWith(50)).toEqual({ reserved: 50, longestWaitSeconds: '20' });
  });

  test('knows neither the queue, nor the circuits, nor the event bus', () => {
    const { Environment } = propertiesOf(
      aTemplate(),
      'AWS::Lambda::Function',
      'StatusFunctionHandler',
    );

    expect(JSON.stringify(Environment)).not.toMatch(/Queue|Circuits|EVENT_BUS/);
  });
});
