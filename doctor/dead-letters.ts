import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { ask } from './ask.ts';
import type { Finding } from './finding.ts';

/** Whether messages wait for an operator. */
export function checkDeadLetters(sqs: SQSClient, QueueUrl: string): Promise<readonly Finding[]> {
  const subject = QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1);
  const finding = { check: 'dead-letters', subject } as const;
  return ask({ ...finding, action: 'sqs:GetQueueAttributes' }, async (abortSignal) => {
    const command = new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    const { Attributes } = await sqs.send(command, { abortSignal });
    const count = Number(Attributes?.ApproximateNumberOfMessages);
    if (count === 0) return [{ ...finding, level: 'good', found: 'none' }];
    const fix = 'find the cause, then redrive them: docs/runbook.md';
    return [{ ...finding, level: 'warning', found: `${count} messages`, fix }];
  });
}
