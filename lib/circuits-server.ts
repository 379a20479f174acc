import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Settings } from '../lambda/contract/policy.ts';
import { CircuitsCache } from './circuits-cache.ts';
import type { FunctionNetwork } from './function-network.ts';
import type { HoldfastProps } from './holdfast-props.ts';

/** The server of the circuits if `breaker.store` is `redis`, or none. */
export interface CircuitsServer {
  /** The settings, with the address and the secret of the server. */
  readonly settings: Settings;
  /** The secret with the server's password. @default the server has no password */
  readonly secret?: ISecret;
}

/**
 * Makes the cache if `valkey` asks for it, or opens the way to the user's own server. The props have
 * been checked: they do not contradict each other or the settings.
 */
export function circuitsServer(
  scope: Construct,
  settings: Settings,
  props: HoldfastProps,
  network: FunctionNetwork | undefined,
): CircuitsServer {
  const { breaker } = settings;
  if (props.valkey && network) {
    const { url: redisUrl } = new CircuitsCache(scope, 'Cache', {
      ...network.placement,
      clients: network.securityGroup,
      encryptionKey: props.encryptionKey,
    });
    return { settings: { ...settings, breaker: { ...breaker, store: 'redis', redisUrl } } };
  }
  if (breaker.store !== 'redis') return { settings };
  if (breaker.redisUrl !== undefined)
    network?.allowRedis(breaker.redisUrl, props.redisSecurityGroup);
  const { redisSecretArn: namedArn } = breaker;
  const secret =
    props.redisSecret ?? (namedArn && Secret.fromSecretCompleteArn(scope, 'RedisSecret', namedArn));
  if (!secret) return { settings };
  const redisSecretArn = secret.secretFullArn ?? secret.secretArn;
  return { settings: { ...settings, breaker: { ...breaker, redisSecretArn } }, secret };
}
