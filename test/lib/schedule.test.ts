import { expect, test } from '@jest/globals';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { resourcesOf } from '../support/template.ts';

const template = aTemplate({ settings: oneTargetSettings({ probe: { enabled: true } }) });
const SCHEDULED = ['Sweeper', 'Lifecycle', 'Prober'];

test('an event of a schedule waits for a minute at most and is delivered once', () => {
  const rules = resourcesOf(template, 'AWS::Events::Rule');

  expect(rules).toHaveLength(SCHEDULED.length);
  for (const { properties } of rules) {
    expect(properties.Targets).toMatchObject([
      { RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 } },
    ]);
  }
});

test('Lambda keeps no events of a throttled function and repeats no failed run', () => {
  // EventBridge only hands the event over to Lambda, which has its own queue and its own retries.
  const configured = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig');

  expect(configured.map(({ properties }) => properties)).toEqual(
    SCHEDULED.map((name) => ({
      FunctionName: `{${name}FunctionHandler}`,
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
      Qualifier: '$LATEST',
    })),
  );
});
