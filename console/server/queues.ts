import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Queues } from '../contract/snapshot.ts';

export interface QueueUrls {
  readonly jobs: string;
  readonly deadLetters: string;
}

/** Reads the approximate numbers of messages of both queues. */
export async function readQueues(
  sqs: SQSClient,
  urls: QueueUrls,
  abortSignal: AbortSignal,
): Promise<Queues> {
  const countsOf = async (QueueUrl: string) => {
    const command = new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    });
    const { Attributes = {} } = await sqs.send(command, { abortSignal });
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      notVisible: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
      delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
    };
  };
  const [jobs, dead] = await Promise.all([countsOf(urls.jobs), countsOf(urls.deadLetters)]);
  return {
    queued: jobs.visible,
    running: jobs.notVisible,
    deferred: jobs.delayed,
    deadLetters: dead.visible + dead.notVisible + dead.delayed,
  };
}
