import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { withoutCallLog } from '../../lambda/aws/client-options.ts';

/** What the SDK writes to its client's logger for a call of which the body is secret. */
async function loggedBy(prepare: (client: S3Client) => S3Client): Promise<string> {
  const lines: unknown[] = [];
  const write = (...line: unknown[]) => void lines.push(line);
  const client = prepare(
    new S3Client({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      logger: { trace: write, debug: write, info: write, warn: write, error: write },
    }),
  );
  const command = new PutObjectCommand({ Bucket: 'bucket', Key: 'key', Body: 'a secret' });
  await expect(client.send(command)).rejects.toThrow('ECONNREFUSED');
  return JSON.stringify(lines);
}

test('a client without its call log writes down no prompt, even with a logger', async () => {
  expect(await loggedBy((client) => client)).toContain('a secret');
  expect(await loggedBy(withoutCallLog)).not.toContain('a secret');
});
