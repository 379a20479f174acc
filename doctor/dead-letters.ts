import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { queryAws } from './aws-query.ts';
import type { Finding } from './finding.ts';

/** Checks that the dead-letter queue is empty. */
export function checkDeadLetters(sqs: SQSClient, QueueUrl: string): Promise<readonly Finding[]> {
  const subject = QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1);
  const finding = { check: 'dead-letters', subject } as const;
  return queryAws({ ...finding, action: 'sqs:GetQueueAttributes' }, async (abortSignal) => {
    const command = new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    const { Attributes } = await sqs.send(command, { abortSignal });
    const count = Number(Attributes?.ApproximateNumberOfMessages);
    if (count === 0) return [{ ...finding, level: 'good', found: 'no messages' }];
    const found = `messages that wait for an operator: ${count}`;
    const fix = 'find the cause, then redrive the messages; see docs/dead-letters.md';
    return [{ ...finding, level: 'warning', found, fix }];
  });
}
