/** Accepts a job without any promise: row, message, answer. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { CLIENT_OPTIONS } from '../../../lambda/aws/client-options.ts';

const table = new DynamoDBClient(CLIENT_OPTIONS);
const queue = new SQSClient(CLIENT_OPTIONS);

export async function handler({ body, requestContext }: APIGatewayProxyEvent) {
  const { prompt } = JSON.parse(body ?? '');
  const jobId = randomUUID().replaceAll('-', '');
  const now = Date.now();
  const row = {
    ...{ jobId, prompt, status: 'QUEUED', createdAt: now, deadlineAt: now + 86_400_000 },
    tenant: requestContext.identity.apiKeyId,
    createdKey: `${new Date(now).toISOString()}#${jobId}`,
    expiresAt: Math.ceil(now / 1000) + 7 * 86_400,
    sweepShard: Number.parseInt(jobId.slice(0, 2), 16) % 16,
    dueAt: now + 60_000,
  };
  await table.send(new PutItemCommand({ TableName: process.env.TABLE, Item: marshall(row) }));
  const MessageBody = JSON.stringify({ jobId });
  await queue.send(new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody }));
  return { statusCode: 202, body: JSON.stringify({ jobId }) };
}
