import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RemovalPolicy } from 'aws-cdk-lib/core';

/** How the tables and the bucket of an instance protect their data. */
export interface DataProtection {
  /** What CloudFormation does with the data when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** Whether the tables can be restored to any second of the last 35 days. */
  readonly pointInTimeRecovery: boolean;
  /**
   * The key that encrypts the data.
   * @default keys that AWS manages
   */
  readonly encryptionKey?: IKey;
}
