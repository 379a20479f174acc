import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { CfnResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import { promptKey, resultKey, UPLOAD_PREFIX, uploadKey } from '../lambda/contract/keys.ts';
import { type JobPolicy, keptDays } from '../lambda/contract/policy.ts';
import { LOGS_WITHOUT_OWN_KEY, skipChecks } from './checkov.ts';
import type { DataProtection } from './data-protection.ts';
import type { FunctionEnvironment } from './holdfast-function.ts';

export interface ResultsBucketProps extends DataProtection {
  /** The retention and the deadline of jobs, which decide how long an object is kept. */
  readonly policy: JobPolicy;
  /** The origins of web pages that may send files with a form, and fetch answers by a link. */
  readonly corsOrigins: readonly string[];
}

type Grantee = IGrantable & IConstruct;

/** The bucket for uploads, prompts and results. No other resource stores the text of a caller or a model. */
export class ResultsBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: ResultsBucketProps) {
    super(scope, id);
    const { policy, corsOrigins, removalPolicy, encryptionKey } = props;
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
      encryptionKey,
      // With a bucket key, S3 calls KMS once for many objects.
      bucketKeyEnabled: encryptionKey ? true : undefined,
      enforceSSL: true,
      // An old version could only outlive the retention, and a purge.
      versioned: false,
      lifecycleRules: [
        {
          // S3 counts from the write, and a worker may need a prompt until the job's deadline.
          expiration: Duration.days(keptDays(policy)),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        // A job has copies of its own, so an upload is needed only until it is submitted.
        { prefix: UPLOAD_PREFIX, expiration: Duration.days(1) },
      ],
      ...(corsOrigins.length > 0 && {
        cors: [
          {
            allowedOrigins: [...corsOrigins],
            allowedMethods: [HttpMethods.GET, HttpMethods.POST],
            allowedHeaders: ['*'],
          },
        ],
      }),
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    });
    addLogGroupOfEmptier(Stack.of(this));
    const noAccessLog =
      'Only this stack’s roles have access; CloudTrail data events can record every read';
    Validations.of(this.bucket).acknowledge({ id: 'AwsSolutions-S1', reason: noAccessLog });
    skipChecks(this.bucket, {
      CKV_AWS_18: noAccessLog,
      CKV_AWS_21: 'An old version could only outlive the retention, and a purge',
    });
  }

  get environment(): FunctionEnvironment {
    return { [ENV.resultsBucket]: this.bucket.bucketName };
  }

  grantWritePrompts(grantee: Grantee): Grant {
    return this.#grant(grantee, 's3:PutObject', promptKey('*', '*'));
  }

  grantReadPrompts(grantee: Grantee): Grant {
    return this.#grantRead(grantee, promptKey('*', '*'));
  }

  /** Grants signing forms for uploads, which act with their signer's rights, and copying uploads. */
  grantUploads(grantee: Grantee): Grant {
    this.#grant(grantee, 's3:PutObject', uploadKey('*', '*'));
    return this.#grantRead(grantee, uploadKey('*', '*'));
  }

  /** Grants deleting the prompts, files and results of jobs, and listing them. */
  grantPurge(grantee: Grantee): Grant {
    this.#grantList(grantee);
    this.#grant(grantee, 's3:DeleteObject', promptKey('*', '*'));
    return this.#grant(grantee, 's3:DeleteObject', resultKey('*', '*'));
  }

  grantWriteResults(grantee: Grantee): Grant {
    return this.#grant(grantee, 's3:PutObject', resultKey('*', '*'));
  }

  /** Grants reading results, also through presigned links, which act with their signer's rights. */
  grantReadResults(grantee: Grantee): Grant {
    return this.#grantRead(grantee, resultKey('*', '*'));
  }

  /**
   * Grants reading objects, and also listing the bucket: without that right, S3 answers a read of a
   * missing object with 403, which looks like a missing permission and not like an expired object
   * (S3 API reference, GetObject). S3 ignores a prefix here, so the right covers the whole bucket.
   */
  #grantRead(grantee: Grantee, keys: string): Grant {
    this.#grantList(grantee);
    return this.#grant(grantee, 's3:GetObject', keys);
  }

  #grantList(grantee: Grantee): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['s3:ListBucket'],
      resourceArns: [this.bucket.bucketArn],
    });
  }

  #grant(grantee: Grantee, action: string, keys: string): Grant {
    const {
      'Fn::GetAtt': [bucket],
    } = Stack.of(this).resolve(this.bucket.bucketArn);
    Validations.of(grantee).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${keys}]`,
      reason: 'Covers the objects of all jobs, but only uploads, prompts or results',
    });
    return Grant.addToPrincipal({
      grantee,
      actions: [action],
      resourceArns: [this.bucket.arnForObjects(keys)],
    });
  }
}

/**
 * Puts the log group of CDK's bucket emptier into the stack; otherwise it would outlive the stack.
 * CDK makes one emptier for all buckets of a stack.
 */
function addLogGroupOfEmptier(stack: Stack): void {
  const emptier = stack.node.tryFindChild(BUCKET_EMPTIER);
  const handler = emptier?.node.tryFindChild('Handler');
  if (!emptier || !(handler instanceof CfnResource) || emptier.node.tryFindChild('Logs')) return;
  const logGroup = new LogGroup(emptier, 'Logs', {
    retention: RetentionDays.ONE_WEEK,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  handler.addPropertyOverride('LoggingConfig', { LogGroup: logGroup.logGroupName });
  skipChecks(logGroup, LOGS_WITHOUT_OWN_KEY);
  const runsOnce =
    'CloudFormation runs it once, when the stack is deleted, and reports its failure';
  skipChecks(handler, {
    CKV_AWS_115: runsOnce,
    CKV_AWS_116: runsOnce,
    CKV_AWS_117: 'It uses no resource in a VPC',
  });
}

/** The construct id of CDK's function that empties buckets before they are deleted. */
export const BUCKET_EMPTIER = 'Custom::S3AutoDeleteObjectsCustomResourceProvider';
