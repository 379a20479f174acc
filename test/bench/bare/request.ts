/** Accepts a job without any of Holdfast's guarantees: stores the prompt and the row, sends the message. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { createClient, WITHOUT_CHECKSUMS } from '../../../lambda/aws/sdk-client.ts';

const table = createClient((options) => new DynamoDBClient(options));
const queue = createClient((options) => new SQSClient(options));
const bucket = createClient((options) => new S3Client({ ...options, ...WITHOUT_CHECKSUMS }));
const { TABLE: TableName, BUCKET: Bucket, QUEUE_URL: QueueUrl } = process.env;

export async function handler({ body, requestContext }: APIGatewayProxyEvent) {
  const { prompt } = JSON.parse(body ?? '');
  const jobId = randomUUID().replaceAll('-', '');
  const now = Date.now();
  const row = {
    jobId,
    status: 'QUEUED',
    createdAt: now,
    deadlineAt: now + 86_400_000,
    tenant: requestContext.identity.apiKeyId,
    createdKey: `${new Date(now).toISOString()}#${jobId}`,
    expiresAt: Math.ceil(now / 1000) + 7 * 86_400,
    sweepShard: Number.parseInt(jobId.slice(0, 2), 16) % 16,
    dueAt: now + 60_000,
  };
  // The prompt goes to S3, as Holdfast's does: 5 MB do not fit into a row.
  const object = { Bucket, Key: `prompts/${jobId}`, Body: JSON.stringify({ prompt }) };
  await bucket.send(new PutObjectCommand(object));
  await table.send(new PutItemCommand({ TableName, Item: marshall(row) }));
  const MessageBody = JSON.stringify({ jobId });
  await queue.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  return { statusCode: 202, body: JSON.stringify({ jobId }) };
}
