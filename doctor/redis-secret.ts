import {
  DescribeSecretCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { queryAws } from './aws-query.ts';
import type { CheckResult, Finding } from './finding.ts';

/** Checks that the secret with the password of Redis exists. It does not read the password. */
export function checkRedisSecret(
  client: SecretsManagerClient,
  secretArn: string,
): Promise<readonly Finding[]> {
  const finding = { check: 'redis-secret', subject: secretArn } as const;
  const query = { ...finding, action: 'secretsmanager:DescribeSecret' };
  return queryAws(query, async (abortSignal) => [
    { ...finding, ...(await resultOf(client, secretArn, abortSignal)) },
  ]);
}

async function resultOf(
  client: SecretsManagerClient,
  SecretId: string,
  abortSignal: AbortSignal,
): Promise<CheckResult> {
  try {
    const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId }), {
      abortSignal,
    });
    if (DeletedDate === undefined) return { level: 'good', found: 'the secret exists' };
    const fix = 'restore it with `aws secretsmanager restore-secret`, or name another one';
    return { level: 'bad', found: 'the secret is scheduled for deletion', fix };
  } catch (error: unknown) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    const fix = 'create it, or correct breaker.redisSecretArn';
    return { level: 'bad', found: 'the secret does not exist', fix };
  }
}
