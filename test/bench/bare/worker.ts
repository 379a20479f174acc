/** Finishes jobs without any protection: row, one Converse, result, row, event. */
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { SQSEvent } from 'aws-lambda';
import { CLIENT_OPTIONS } from '../../../lambda/aws/client-options.ts';

const table = new DynamoDBClient(CLIENT_OPTIONS);
const bucket = new S3Client({ ...CLIENT_OPTIONS, requestChecksumCalculation: 'WHEN_REQUIRED' });
const bus = new EventBridgeClient(CLIENT_OPTIONS);
const bedrock = new BedrockRuntimeClient({
  ...{ maxAttempts: 1, cacheMiddleware: true },
  // As Holdfast's own client: the fake's HTTP/1.1, kept alive.
  requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 50 } }),
});
const { TABLE: TableName, BUCKET: Bucket, BUS: EventBusName, MODEL: modelId } = process.env;

export async function handler({ Records }: SQSEvent) {
  const ids = await Promise.all(Records.map(({ body }) => work(JSON.parse(body).jobId)));
  const Entries = ids.map((jobId) => ({
    ...{ EventBusName, Source: 'bare', DetailType: 'Job ended' },
    Detail: JSON.stringify({ jobId, status: 'SUCCEEDED' }),
  }));
  await bus.send(new PutEventsCommand({ Entries }));
  return { batchItemFailures: [] };
}

async function work(jobId: string): Promise<string> {
  const Key = marshall({ jobId });
  const { Item = {} } = await table.send(new GetItemCommand({ TableName, Key }));
  const { output, usage } = await bedrock.send(
    new ConverseCommand({
      modelId,
      messages: [{ role: 'user', content: [{ text: unmarshall(Item).prompt }] }],
      inferenceConfig: { maxTokens: 512 },
    }),
  );
  const text = output?.message?.content?.[0]?.text;
  const result = { Bucket, Key: `results/${jobId}`, Body: JSON.stringify({ text, usage }) };
  await bucket.send(new PutObjectCommand(result));
  await table.send(
    new UpdateItemCommand({
      ...{ TableName, Key },
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
