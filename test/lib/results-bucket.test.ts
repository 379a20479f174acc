import { describe, expect, test } from '@jest/globals';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { propertiesOf, resourcesOf } from '../support/template.ts';

describe('a bucket that goes with its stack', () => {
  const gone = aTemplate({ removalPolicy: RemovalPolicy.DESTROY });

  test('is emptied first, by a function whose log group goes too', () => {
    const id = 'CustomS3AutoDeleteObjectsCustomResourceProvider';

    expect(resourcesOf(gone, 'Custom::S3AutoDeleteObjects')).toMatchObject([
      { properties: { BucketName: '{ResultsBucket}' } },
    ]);
    expect(propertiesOf(gone, 'AWS::Lambda::Function', `${id}Handler`)).toMatchObject({
      LoggingConfig: { LogGroup: `{${id}Logs}` },
    });
    gone.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
  });

  test('is the only one with such a function', () => {
    expect(resourcesOf(aTemplate(), 'Custom::S3AutoDeleteObjects')).toEqual([]);
  });
});

describe('the results bucket', () => {
  const template = aTemplate({
    settings: oneTargetSettings({ jobs: { retentionDays: 5, deadlineSeconds: 1.5 * 86_400 } }),
  });
  const properties = propertiesOf(template, 'AWS::S3::Bucket', 'ResultsBucket');

  test('keeps an object for the longest wait of a job and its retention', () => {
    expect(properties.LifecycleConfiguration).toEqual({
      Rules: [
        {
          Status: 'Enabled',
          ExpirationInDays: 7,
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
      ],
    });
  });

  test('is encrypted, closed to the public and keeps no old versions', () => {
    expect(properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    expect(properties).not.toHaveProperty('VersioningConfiguration');
  });

  test('refuses requests without TLS', () => {
    const policy = propertiesOf(template, 'AWS::S3::BucketPolicy', 'ResultsBucketPolicy');

    expect(policy.PolicyDocument).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 's3:*',
          Resource: ['{ResultsBucket.Arn}', '{ResultsBucket.Arn}/*'],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
  });
});
