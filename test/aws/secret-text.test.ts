import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { readSecretText } from '../../lambda/aws/secret-text.ts';
import { type AwsAnswer, FakeAws, Refusal } from '../support/fake-aws.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:redis-AbCdEf';

let aws: FakeAws;
let before: NodeJS.ProcessEnv;
beforeAll(async () => {
  aws = await FakeAws.start();
});
afterAll(() => aws.close());
beforeEach(() => {
  before = process.env;
  process.env = { ...before, ...aws.environment };
});
afterEach(() => {
  process.env = before;
});

function read(answer: AwsAnswer): Promise<string> {
  aws.answer(() => answer);
  return readSecretText(ARN);
}

test('the text of a secret is read from the Region of the secret', async () => {
  expect(await read({ SecretString: 'hunter2' })).toBe('hunter2');
  expect(aws.asked()).toMatchObject([
    { operation: 'GetSecretValue', region: 'eu-west-1', input: { SecretId: ARN } },
  ]);
});

test('a secret of bytes is refused, because a password is text', async () => {
  await expect(read({ SecretBinary: 'AAAA' })).rejects.toThrow('the secret has no text');
});

test('a secret that does not exist is an error, at the first attempt', async () => {
  await expect(read(new Refusal('ResourceNotFoundException'))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  expect(aws.asked()).toHaveLength(1);
});
