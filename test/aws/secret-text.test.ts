import { afterEach, expect, test } from '@jest/globals';
import { readSecretText } from '../../lambda/aws/secret-text.ts';
import { type AwsService, type ServiceResponse, serveAwsService } from '../support/aws-service.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:redis-AbCdEf';
const VARIABLES = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));

let service: AwsService | undefined;
afterEach(async () => {
  await service?.close();
  for (const name of VARIABLES) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

async function read(response: ServiceResponse): Promise<string> {
  service = await serveAwsService(() => response);
  process.env.AWS_ENDPOINT_URL = service.config.endpoint;
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  return readSecretText(ARN);
}

test('the text of a secret is returned', async () => {
  expect(await read({ status: 200, body: { SecretString: 'hunter2' } })).toBe('hunter2');
});

test('a secret of bytes is refused, because a password is text', async () => {
  await expect(read({ status: 200, body: { SecretBinary: 'AAAA' } })).rejects.toThrow(
    'the secret has no text',
  );
});

test('a secret that does not exist is an error', async () => {
  const body = { __type: 'ResourceNotFoundException', message: 'no such secret' };

  await expect(read({ status: 400, body })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  expect(service?.requests()).toBe(1);
});
