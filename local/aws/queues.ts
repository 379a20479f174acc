import { z } from 'zod';
import type { Stack } from '../stack.ts';
import { askFauxqs, type Fauxqs } from './fauxqs.ts';

export interface QueueDepth {
  readonly ready: number;
  readonly delayed: number;
  readonly inFlight: number;
}

/** Access to the stack's queues from within this process. */
export interface Queues {
  /** Waits for messages. Returns an empty list if none arrives in time. */
  receive(queueArn: string, max: number, waitSeconds: number): Promise<Message[]>;
  remove(queueArn: string, messages: readonly Message[]): Promise<void>;
  /** Counts messages. `queue` is a name, a logical id or an ARN. */
  depth(queue: string): Promise<QueueDepth>;
  visibilityTimeoutSeconds(queueArn: string): number;
}

const message = z.looseObject({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  MD5OfBody: z.string(),
  Attributes: z.record(z.string(), z.string()).default({}),
  MessageAttributes: z
    .record(
      z.string(),
      z.looseObject({
        DataType: z.string(),
        StringValue: z.string().optional(),
        BinaryValue: z.string().optional(),
      }),
    )
    .default({}),
});
export type Message = z.infer<typeof message>;

const received = z.looseObject({ Messages: z.array(message).default([]) });
const counts = z.looseObject({
  Attributes: z.looseObject({
    ApproximateNumberOfMessages: z.coerce.number(),
    ApproximateNumberOfMessagesDelayed: z.coerce.number(),
    ApproximateNumberOfMessagesNotVisible: z.coerce.number(),
  }),
});

/** The attributes that a template may set. fauxqs expects strings. */
const attributes = z.object({
  DelaySeconds: z.coerce.string(),
  MaximumMessageSize: z.coerce.string(),
  MessageRetentionPeriod: z.coerce.string(),
  ReceiveMessageWaitTimeSeconds: z.coerce.string(),
  VisibilityTimeout: z.coerce.string(),
  RedrivePolicy: z.looseObject({}).transform((policy) => JSON.stringify(policy)),
});
const queue = attributes.partial().extend({
  FifoQueue: z.undefined({ error: 'FIFO queues are not emulated' }).optional(),
});

export async function createQueues(app: Fauxqs, stack: Stack): Promise<Queues> {
  const queues = stack.resources('AWS::SQS::Queue', queue);
  for (const { attributes: identity, properties } of queues) {
    await call(app, 'CreateQueue', { QueueName: identity.QueueName, Attributes: properties });
  }
  const find = (name: string) => {
    const found = queues.find(
      ({ logicalId, attributes: identity }) =>
        logicalId === name || identity.QueueName === name || identity.Arn === name,
    );
    if (found) return found;
    const names = queues.map(({ attributes: identity }) => identity.QueueName).join(', ');
    throw new Error(`queue: got ${name}, allowed are ${names}`);
  };

  return {
    receive: async (queueArn, max, waitSeconds) => {
      const response = await call(app, 'ReceiveMessage', {
        QueueUrl: find(queueArn).ref,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      return received.parse(response).Messages;
    },
    remove: async (queueArn, messages) => {
      if (messages.length === 0) return;
      await call(app, 'DeleteMessageBatch', {
        QueueUrl: find(queueArn).ref,
        Entries: messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle })),
      });
    },
    depth: async (name) => {
      const response = await call(app, 'GetQueueAttributes', {
        QueueUrl: find(name).ref,
        AttributeNames: ['All'],
      });
      const { Attributes } = counts.parse(response);
      return {
        ready: Attributes.ApproximateNumberOfMessages,
        delayed: Attributes.ApproximateNumberOfMessagesDelayed,
        inFlight: Attributes.ApproximateNumberOfMessagesNotVisible,
      };
    },
    // 30 s is the default of SQS.
    visibilityTimeoutSeconds: (arn) => Number(find(arn).properties.VisibilityTimeout ?? 30),
  };
}

async function call(app: Fauxqs, operation: string, body: object): Promise<unknown> {
  const { statusCode, payload } = await askFauxqs(app, {
    method: 'POST',
    url: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
    },
    payload: JSON.stringify(body),
  });
  if (statusCode !== 200) throw new Error(`SQS ${operation} failed with ${statusCode}: ${payload}`);
  return JSON.parse(payload);
}
