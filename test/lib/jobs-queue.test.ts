import { describe, expect, test } from '@jest/globals';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { propertiesOf } from '../support/template.ts';

describe('the jobs queue', () => {
  const template = aTemplate({
    settings: oneTargetSettings({ jobs: { answerSeconds: 50 } }),
  });
  const queue = propertiesOf(template, 'AWS::SQS::Queue', 'Queue');
  const deadLetters = propertiesOf(template, 'AWS::SQS::Queue', 'QueueDeadLetters');

  test('hides a message for six times the timeout of the worker', () => {
    const worker = propertiesOf(template, 'AWS::Lambda::Function', 'WorkerFunctionHandler');

    expect(worker.Timeout).toBe(100);
    expect(queue.VisibilityTimeout).toBe(600);
  });

  test('moves a message to the dead-letter queue after ten receives', () => {
    expect(queue.RedrivePolicy).toEqual({
      deadLetterTargetArn: '{QueueDeadLetters.Arn}',
      maxReceiveCount: 10,
    });
  });

  test.each([
    ['Queue', queue],
    ['QueueDeadLetters', deadLetters],
  ])(
    '%s is encrypted, keeps messages for 14 days and refuses requests without TLS',
    (id, properties) => {
      const { PolicyDocument } = propertiesOf(template, 'AWS::SQS::QueuePolicy', `${id}Policy`);

      expect(properties).toMatchObject({
        SqsManagedSseEnabled: true,
        MessageRetentionPeriod: 1_209_600,
      });
      expect(PolicyDocument).toMatchObject({
        Statement: [
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 'sqs:*',
            Resource: `{${id}.Arn}`,
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      });
    },
  );
});
