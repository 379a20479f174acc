import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { encodeMessage } from '../contract/schemas/message.ts';
import type { JobQueue } from '../core/jobs/job-queue.ts';
import { LONGEST_DELAY_MS } from '../core/jobs/retry-time.ts';
import { createClient } from './sdk-client.ts';

export interface QueueUrls {
  readonly jobs: string;
  /** The dead-letter queue, which only the worker uses. @default none: `deadLetter` throws */
  readonly deadLetters?: string;
}

const WAITING = 'ApproximateNumberOfMessages';

export function sqsJobQueue(
  urls: QueueUrls,
  client = createClient((options) => new SQSClient(options)),
): JobQueue {
  return {
    async send(job, delayMs) {
      // SQS delays are whole seconds; rounding up keeps a job from arriving before its time.
      const seconds = Math.ceil(Math.min(Math.max(delayMs, 0), LONGEST_DELAY_MS) / 1000);
      await client.send(
        new SendMessageCommand({
          QueueUrl: urls.jobs,
          MessageBody: encodeMessage(job),
          MessageGroupId: job.tenant,
          DelaySeconds: seconds,
        }),
      );
    },

    async countWaiting() {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: urls.jobs, AttributeNames: [WAITING] }),
      );
      return Number(Attributes[WAITING]);
    },

    async deadLetter(body, reason, tenant) {
      if (!urls.deadLetters)
        throw new Error('no dead-letter queue: this queue was opened without its URL');
      await client.send(
        new SendMessageCommand({
          QueueUrl: urls.deadLetters,
          MessageBody: body,
          MessageGroupId: tenant,
          MessageAttributes: { reason: { DataType: 'String', StringValue: reason } },
        }),
      );
    },
  };
}
