import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { CfnResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { promptKey, resultKey } from '../lambda/contract/keys.ts';
import { type JobPolicy, keptDays } from '../lambda/contract/policy.ts';
import type { DataProtection } from './data-protection.ts';

export interface ResultsBucketProps extends DataProtection {
  readonly policy: JobPolicy;
}

type Grantee = IGrantable & IConstruct;

/** Prompts and results: the only place that holds what callers said and models answered. */
export class ResultsBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: ResultsBucketProps) {
    super(scope, id);
    const { policy, removalPolicy, encryptionKey } = props;
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
      encryptionKey,
      // One call to KMS for many objects.
      bucketKeyEnabled: encryptionKey ? true : undefined,
      enforceSSL: true,
      // Every key is written once, so versions would only keep what retention has to delete.
      versioned: false,
      lifecycleRules: [
        {
          // S3 counts from the write: a prompt has to outlive a job that waits for its deadline.
          expiration: Duration.days(keptDays(policy)),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    });
    keepLogOfEmptier(Stack.of(this));
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Only this stack’s roles have access; CloudTrail data events, if wanted, tell every read',
    });
  }

  grantWritePrompts(grantee: Grantee): Grant {
    return this.#grant(grantee, 's3:PutObject', promptKey('*', '*'));
  }

  grantReadPrompts(grantee: Grantee): Grant {
    return this.#grant(grantee, 's3:GetObject', promptKey('*', '*'));
  }

  grantWriteResults(grantee: Grantee): Grant {
    return this.#grant(grantee, 's3:PutObject', resultKey('*', '*'));
  }

  /** Also what a presigned link needs: it acts with the rights of its signer. */
  grantReadResults(grantee: Grantee): Grant {
    return this.#grant(grantee, 's3:GetObject', resultKey('*', '*'));
  }

  #grant(grantee: Grantee, action: string, keys: string): Grant {
    const {
      'Fn::GetAtt': [bucket],
    } = Stack.of(this).resolve(this.bucket.bucketArn);
    Validations.of(grantee).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${keys}]`,
      reason: 'The keys of all jobs, and of one kind of object only',
    });
    return Grant.addToPrincipal({
      grantee,
      actions: [action],
      resourceArns: [this.bucket.arnForObjects(keys)],
    });
  }
}

/**
 * CDK's function that empties a bucket on its way out would leave a log group behind, which no stack
 * knows. The function is one for all buckets of the stack.
 */
function keepLogOfEmptier(stack: Stack): void {
  const emptier = stack.node.tryFindChild(BUCKET_EMPTIER);
  const handler = emptier?.node.tryFindChild('Handler');
  if (!emptier || !(handler instanceof CfnResource) || emptier.node.tryFindChild('Logs')) return;
  const logGroup = new LogGroup(emptier, 'Logs', {
    retention: RetentionDays.ONE_WEEK,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  handler.addPropertyOverride('LoggingConfig', { LogGroup: logGroup.logGroupName });
}

/** Of all buckets of a stack that are emptied on their way out. */
export const BUCKET_EMPTIER = 'Custom::S3AutoDeleteObjectsCustomResourceProvider';
