import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy } from 'aws-cdk-lib/core';

/** The protection of the data in the tables and the bucket of an instance. */
export interface DataProtection {
  /** The policy for the data when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** Lets both tables be restored to any second of the last 35 days. */
  readonly pointInTimeRecovery: boolean;
  /**
   * The key that encrypts the data.
   * @default keys that AWS manages
   */
  readonly encryptionKey?: IKey;
}

/**
 * Returns the policy of resources with data. `RETAIN` would also keep the empty resources of a first
 * deploy that fails, and each further attempt would add more of them.
 */
export function keptData(removalPolicy: RemovalPolicy): RemovalPolicy {
  return removalPolicy === RemovalPolicy.RETAIN
    ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
    : removalPolicy;
}
