import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { promptKey, resultKey } from '../lambda/contract/keys.ts';
import type { JobPolicy } from '../lambda/contract/policy.ts';

export interface ResultsBucketProps {
  readonly policy: JobPolicy;
  readonly removalPolicy: RemovalPolicy;
}

type Grantee = IGrantable & IConstruct;

/** Prompts and results: the only place that holds what callers said and models answered. */
export class ResultsBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { policy, removalPolicy }: ResultsBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // Every key is written once, so versions would only keep what retention has to delete.
      versioned: false,
      lifecycleRules: [
        {
          // S3 counts from the write: a prompt has to outlive a job that waits for its deadline.
          expiration: Duration.days(policy.retentionDays + Math.ceil(policy.deadlineSeconds / DAY)),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy,
    });
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

const DAY = 86_400;
