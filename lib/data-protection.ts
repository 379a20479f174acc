import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RemovalPolicy } from 'aws-cdk-lib/core';

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
