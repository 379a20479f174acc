import { createClient } from './sdk-client.ts';

/** A call to a model may wait for the secret, so it must not wait for long. */
const LIMITS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};

/**
 * Returns the text of a secret in Secrets Manager, which may be in another region. The SDK's client is
 * loaded only here, because few stacks have a secret.
 */
export async function readSecretText(secretArn: string): Promise<string> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import(
    '@aws-sdk/client-secrets-manager'
  );
  const region = regionOfSecret(secretArn);
  const client = createClient(
    (options) => new SecretsManagerClient({ ...options, ...LIMITS, region }),
  );
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    if (SecretString === undefined) throw new Error('the secret has no text');
    return SecretString;
  } finally {
    client.destroy();
  }
}

/** Returns the region of a secret, which may differ from the stack's. */
export function regionOfSecret(secretArn: string): string {
  return secretArn.split(':')[3] ?? '';
}
