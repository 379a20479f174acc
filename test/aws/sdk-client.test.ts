import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { CONNECTIONS } from '../../lambda/aws/connections.ts';
import { createClient, SINGLE_ATTEMPT } from '../../lambda/aws/sdk-client.ts';
import { Sha256 } from '../../lambda/aws/sha256.ts';

const LOCAL = {
  endpoint: 'http://127.0.0.1:1',
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};

/** Returns what a client writes to its logger for a call whose body is secret. */
async function loggedBy(create: (config: object) => S3Client): Promise<string> {
  const lines: unknown[] = [];
  const write = (...line: unknown[]) => void lines.push(line);
  const client = create({
    ...LOCAL,
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

test('a client shares the connections, waits some seconds, and tries three times or once', async () => {
  let requestHandler: NodeHttpHandler | undefined;
  const thrice = createClient((options) => new S3Client({ ...options, ...LOCAL }));
  const once = createClient((options) => {
    requestHandler = options.requestHandler;
    return new S3Client({ ...options, ...SINGLE_ATTEMPT, ...LOCAL });
  });
  const command = new PutObjectCommand({ Bucket: 'bucket', Key: 'key', Body: 'text' });
  // The handler resolves its options at its first request.
  await expect(once.send(command)).rejects.toThrow('ECONNREFUSED');

  expect(requestHandler?.httpHandlerConfigs()).toMatchObject({
    ...CONNECTIONS,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
  });
  expect(thrice.config).toMatchObject({ cacheMiddleware: true, sha256: Sha256 });
  expect(await thrice.config.maxAttempts()).toBe(3);
  expect(await once.config.maxAttempts()).toBe(1);
});
