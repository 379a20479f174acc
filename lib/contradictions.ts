import { Token } from 'aws-cdk-lib/core';
import type { BreakerSettings } from '../lambda/contract/policy.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';
import type { HoldfastProps } from './holdfast-props.ts';

/**
 * Refuses props that contradict each other, the settings or the region of the stack, which would
 * otherwise be ignored or fail in the middle of a deploy. Throws a SettingsError with a line for
 * each of them.
 */
export function refuseContradictions(
  props: HoldfastProps,
  breaker: BreakerSettings,
  stackRegion: string,
): void {
  const faults = [
    ...networkFaults(props),
    ...circuitFaults(props, breaker),
    ...concurrencyFaults(props),
    ...originFaults(props),
    ...keyFaults(props, stackRegion),
  ];
  if (faults.length > 0) throw new SettingsError('props', faults);
}

function networkFaults({ vpc, vpcSubnets, valkey, redisSecurityGroup }: HoldfastProps): string[] {
  if (vpc) return [];
  const withoutVpc = 'allowed only together with vpc';
  return [
    ...(vpcSubnets ? [`vpcSubnets: got subnets, ${withoutVpc}`] : []),
    ...(valkey ? [`valkey: got true, ${withoutVpc}`] : []),
    ...(redisSecurityGroup ? [`redisSecurityGroup: got a security group, ${withoutVpc}`] : []),
  ];
}

function circuitFaults(props: HoldfastProps, breaker: BreakerSettings): string[] {
  const { valkey, redisSecurityGroup, redisSecret } = props;
  if (valkey && breaker.redisUrl !== undefined) {
    return ['valkey: got true, allowed only without breaker.redisUrl, which names another server'];
  }
  if (breaker.store !== 'redis' || valkey) {
    const only = valkey
      ? 'allowed only without valkey, whose cache needs none'
      : 'allowed only with breaker.store redis';
    return [
      ...(redisSecurityGroup ? [`redisSecurityGroup: got a security group, ${only}`] : []),
      ...(redisSecret ? [`redisSecret: got a secret, ${only}`] : []),
    ];
  }
  if (redisSecret && breaker.redisSecretArn !== undefined) {
    return ['redisSecret: got a secret, allowed only without breaker.redisSecretArn'];
  }
  if (redisSecret && redisSecret.secretFullArn === undefined) {
    return [
      'redisSecret: got a secret without its complete ARN, allowed is one of Secret.fromSecretCompleteArn',
    ];
  }
  return [];
}

/** Lambda itself accepts 0, and then never runs the function. */
function concurrencyFaults({ statusConcurrency }: HoldfastProps): string[] {
  if (statusConcurrency === undefined) return [];
  if (Number.isInteger(statusConcurrency) && statusConcurrency >= 1) return [];
  return [`statusConcurrency: got ${statusConcurrency}, allowed is a whole number from 1`];
}

const ORIGIN = 'an origin such as https://app.example.com: no path, no asterisk';

/** A browser compares origins as texts, so one that it would write differently never matches. */
function originFaults({ corsOrigins = [] }: HoldfastProps): string[] {
  return corsOrigins.flatMap((origin, i) => {
    const url = URL.parse(origin);
    const isOrigin = url?.origin === origin && /^https?:$/.test(url.protocol);
    return isOrigin
      ? []
      : [`corsOrigins[${i}]: got ${JSON.stringify(origin)}, allowed is ${ORIGIN}`];
  });
}

/** DynamoDB, S3 and SQS take only a key of their own region. */
function keyFaults({ encryptionKey }: HoldfastProps, stackRegion: string): string[] {
  const keyRegion = encryptionKey?.env.region;
  if (keyRegion === undefined || keyRegion === stackRegion) return [];
  if (Token.isUnresolved(keyRegion) || Token.isUnresolved(stackRegion)) return [];
  return [
    `encryptionKey: got a key in ${keyRegion}, allowed is a key in ${stackRegion}, the region of the stack`,
  ];
}
