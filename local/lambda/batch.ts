import { z } from 'zod';
import type { Message } from '../aws/queues.ts';
import { REGION } from '../resources.ts';

/** Converts a message to a record of the function's event. */
export function recordOf(message: Message, eventSourceARN: string) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes).map(([name, attribute]) => [
        name,
        {
          dataType: attribute.DataType,
          stringValue: attribute.StringValue,
          binaryValue: attribute.BinaryValue,
          stringListValues: [],
          binaryListValues: [],
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: REGION,
  };
}

const batchResponse = z
  .looseObject({
    batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/**
 * Returns the ids of the failed messages, given a function's response. As in Lambda, the whole batch
 * fails if the response has another shape or names an unknown message.
 */
export function failedItems(payload: string, all: ReadonlySet<string>): ReadonlySet<string> {
  const parsed = batchResponse.safeParse(JSON.parse(payload));
  if (!parsed.success) return all;
  const failed = (parsed.data?.batchItemFailures ?? []).map((item) => item.itemIdentifier);
  return failed.every((id) => all.has(id)) ? new Set(failed) : all;
}
