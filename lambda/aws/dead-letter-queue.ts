import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetterQueue } from '../core/jobs/dead-letter-queue.ts';
import { createClient } from './sdk-client.ts';

/** The most messages that SQS allows in one request. */
const BATCH_SIZE = 10;
/**
 * The time for which received messages stay hidden: longer than a function behind API Gateway can
 * run.
 */
const HIDDEN_SECONDS = 60;
/**
 * The time that SQS may wait for a message. Without a wait, SQS asks only some of its servers and
 * may miss messages (SQS developer guide, "Short and long polling").
 */
const WAIT_SECONDS = 2;
/**
 * The counts that add up to the queue's size: each message is in exactly one of them. They are
 * approximate.
 */
const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

export function sqsDeadLetterQueue(
  queueUrl: string,
  client = createClient((options) => new SQSClient(options)),
): DeadLetterQueue {
  const release = async (letters: readonly DeadLetter[]) => {
    await client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queueUrl,
        Entries: letters.map(({ receipt }, i) => ({
          Id: String(i),
          ReceiptHandle: receipt,
          VisibilityTimeout: 0,
        })),
      }),
    );
  };

  return {
    async receive(max) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: Math.min(max, BATCH_SIZE),
          VisibilityTimeout: HIDDEN_SECONDS,
          WaitTimeSeconds: WAIT_SECONDS,
        }),
      );
      return Messages.map(({ Body = '', ReceiptHandle = '' }) => ({
        body: Body,
        receipt: ReceiptHandle,
      }));
    },

    async remove({ receipt }) {
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receipt }));
    },

    async release(letters) {
      for (let at = 0; at < letters.length; at += BATCH_SIZE) {
        await release(letters.slice(at, at + BATCH_SIZE));
      }
    },

    async count() {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...COUNTS] }),
      );
      return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
    },
  };
}
