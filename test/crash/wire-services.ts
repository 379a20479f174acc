import { createHash } from 'node:crypto';
import { MARK_BYTES } from '../../lambda/contract/media.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { Cloud } from './cloud.ts';
import type { MessageQueue } from './message-queue.ts';
import { UPLOADED } from './objects.ts';
import type { Sandbox } from './sandbox.ts';
import { bedrock, type Pause } from './wire-bedrock.ts';
import { reply, type Service, type WireRequest, type WireResponse } from './wire-message.ts';

/** The name of the settings parameter. */
export const EDITED = 'settings';

/** Names of the queues; their URLs end with them. */
export const JOBS_QUEUE = 'jobs';
export const DEAD_LETTERS = 'dead-letters';

/** Returns the operations of SQS, S3, EventBridge and Bedrock that Holdfast calls. */
export function servicesOf(
  cloud: Cloud,
  sandbox: Sandbox,
  pause: Pause,
): Readonly<Record<string, Service>> {
  return {
    SQS: async (request) => {
      const operation = request.headers['x-amz-target']?.split('.')[1] ?? '';
      const input = JSON.parse(request.body);
      const isJobs = String(input.QueueUrl).endsWith(`/${JOBS_QUEUE}`);
      if (isJobs && cloud.isDown('queue')) return reply(500, { __type: 'InternalFailure' });
      if (isJobs && operation === 'SendMessage' && !input.MessageGroupId) {
        throw new Error('a message without the group of its tenant');
      }
      const queue = isJobs ? cloud.queue : cloud.deadLetters;
      const output = sqs(queue, operation, input);
      if (!isJobs && operation === 'SendMessage') await cloud.onDeadLetter(input.MessageBody);
      return reply(200, output);
    },
    S3: async (request) => s3(cloud, request),
    EventBridge: async ({ body }) => {
      if (cloud.isDown('bus')) return reply(500, { __type: 'InternalException' });
      const { Entries } = JSON.parse(body);
      cloud.events.push(...Entries.map(({ Detail }: { Detail: string }) => JSON.parse(Detail)));
      return reply(200, { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'id' })) });
    },
    Bedrock: bedrock(cloud, sandbox, pause),
  };
}

function s3({ objects, clock }: Cloud, { method, path, headers, body }: WireRequest): WireResponse {
  const source = headers['x-amz-copy-source'];
  const object = objects.get(source === undefined ? path : `/${source}`);
  if (method === 'PUT' && source === undefined) {
    objects.set(path, body);
    return reply(200, '');
  }
  if (object === undefined) return reply(404, '<Error><Code>NoSuchKey</Code></Error>');
  if (method === 'PUT') {
    objects.set(path, object);
    return reply(200, '<CopyObjectResult></CopyObjectResult>');
  }
  if (headers.range === undefined) return reply(200, object);
  return reply(206, object.slice(0, MARK_BYTES), {
    'content-type': UPLOADED.contentType,
    'content-range': `bytes 0-${MARK_BYTES - 1}/${object.length}`,
    'last-modified': new Date(clock.now()).toUTCString(),
    etag: UPLOADED.tag,
  });
}

/** Returns an SSM service that holds only the settings parameter. */
export function parametersOf(settings: Settings): Service {
  const Parameter = { Name: EDITED, Value: JSON.stringify(settings), LastModifiedDate: 0 };
  return async () => reply(200, { Parameter });
}

interface SqsInput {
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly VisibilityTimeout: number;
  readonly ReceiptHandle: string;
  readonly Entries: readonly { readonly Id: string; readonly ReceiptHandle: string }[];
}

function sqs(queue: MessageQueue, operation: string, input: SqsInput): object {
  switch (operation) {
    case 'SendMessage':
      queue.send(input.MessageBody, (input.DelaySeconds ?? 0) * 1000);
      return { MessageId: 'id', MD5OfMessageBody: md5(input.MessageBody) };
    case 'ReceiveMessage': {
      const message = queue.receive(input.VisibilityTimeout * 1000);
      if (!message) return {};
      const { id, body } = message;
      return { Messages: [{ Body: body, ReceiptHandle: id, MD5OfBody: md5(body) }] };
    }
    case 'DeleteMessage':
      queue.delete(input.ReceiptHandle);
      return {};
    case 'ChangeMessageVisibilityBatch':
      for (const { ReceiptHandle } of input.Entries) queue.show(ReceiptHandle, 0);
      return { Successful: input.Entries.map(({ Id }) => ({ Id })), Failed: [] };
    case 'GetQueueAttributes': {
      const waiting = queue.countWaiting();
      return {
        Attributes: {
          ApproximateNumberOfMessages: String(waiting),
          ApproximateNumberOfMessagesNotVisible: String(queue.size - waiting),
        },
      };
    }
    default:
      throw new Error(`SQS operation ${operation} is not simulated`);
  }
}

/** Returns the MD5 checksum of a message body, which the SDK verifies. */
function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
