import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { createClient } from '../../lambda/aws/sdk-client.ts';

/** Returns what a client writes to its logger for a call whose body is secret. */
async function loggedBy(create: (config: object) => S3Client): Promise<string> {
  const lines: unknown[] = [];
  const write = (...line: unknown[]) => void lines.push(line);
  const client = create({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    logger: { trace: write, debug: write, info: write, warn: write, error: write },
  });
  const command = new PutObjectCommand({ Bucket: 'bucket', Key: 'key', Body: 'a secret' });
  await expect(client.send(command)).rejects.toThrow('ECONNREFUSED');
  return JSON.stringify(lines);
}

test('a client writes no prompt to a logger', async () => {
  const created = (config: object) =>
    createClient((options) => new S3Client({ ...options, ...config }));

  expect(await loggedBy((config) => new S3Client(config))).toContain('a secret');
  expect(await loggedBy(created)).not.toContain('a secret');
});
