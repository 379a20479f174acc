import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RemovalPolicy } from 'aws-cdk-lib/core';

/** How an instance keeps what it was given. */
export interface DataProtection {
  readonly removalPolicy: RemovalPolicy;
  readonly pointInTimeRecovery: boolean;
  /** @default keys that AWS holds */
  readonly encryptionKey?: IKey;
}
