/** Runs jobs without any protection: reads the prompt, calls Converse once, stores the result, the row and an event. */
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { SQSEvent } from 'aws-lambda';
import { createClient, SINGLE_ATTEMPT, WITHOUT_CHECKSUMS } from '../../../lambda/aws/sdk-client.ts';

const table = createClient((options) => new DynamoDBClient(options));
const bucket = createClient((options) => new S3Client({ ...options, ...WITHOUT_CHECKSUMS }));
const bus = createClient((options) => new EventBridgeClient(options));
const bedrock = createClient(
  (options) =>
    new BedrockRuntimeClient({
      ...options,
      ...SINGLE_ATTEMPT,
      // These are the connection settings of Holdfast's own client.
      requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 50 } }),
    }),
);
const { TABLE: TableName, BUCKET: Bucket, BUS: EventBusName, MODEL: modelId } = process.env;

export async function handler({ Records }: SQSEvent) {
  const ids = await Promise.all(Records.map(({ body }) => work(JSON.parse(body).jobId)));
  const Entries = ids.map((jobId) => ({
    EventBusName,
    Source: 'bare',
    DetailType: 'Job ended',
    Detail: JSON.stringify({ jobId, status: 'SUCCEEDED' }),
  }));
  await bus.send(new PutEventsCommand({ Entries }));
  return { batchItemFailures: [] };
}

async function work(jobId: string): Promise<string> {
  const Key = marshall({ jobId });
  const { Body } = await bucket.send(new GetObjectCommand({ Bucket, Key: `prompts/${jobId}` }));
  const { prompt } = JSON.parse((await Body?.transformToString()) ?? '');
  const { output, usage } = await bedrock.send(
    new ConverseCommand({
      modelId,
      messages: [{ role: 'user', content: [{ text: prompt }] }],
      inferenceConfig: { maxTokens: 512 },
    }),
  );
  const text = output?.message?.content?.[0]?.text;
  const result = { Bucket, Key: `results/${jobId}`, Body: JSON.stringify({ text, usage }) };
  await bucket.send(new PutObjectCommand(result));
  await table.send(
    new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression: 'SET #status = :done, completedAt = :now, #usage = :usage REMOVE dueAt',
      ExpressionAttributeNames: { '#status': 'status', '#usage': 'usage' },
      ExpressionAttributeValues: marshall({
        ':done': 'SUCCEEDED',
        ':now': Date.now(),
        ':usage': usage,
      }),
    }),
  );
  return jobId;
}
