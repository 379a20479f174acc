import { describe, expect, test } from '@jest/globals';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { propertiesOf, resourcesOf } from '../support/template.ts';

describe('a bucket that is deleted with its stack', () => {
  const gone = aTemplate({ removalPolicy: RemovalPolicy.DESTROY });

  test('is emptied first, by a function whose log group is deleted too', () => {
    const id = 'CustomS3AutoDeleteObjectsCustomResourceProvider';

    expect(resourcesOf(gone, 'Custom::S3AutoDeleteObjects')).toMatchObject([
      { properties: { BucketName: '{ResultsBucket}' } },
    ]);
    expect(propertiesOf(gone, 'AWS::Lambda::Function', `${id}Handler`)).toMatchObject({
      LoggingConfig: { LogGroup: `{${id}Logs}` },
    });
    gone.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
  });

  test('is the only bucket with such a function', () => {
    expect(resourcesOf(aTemplate(), 'Custom::S3AutoDeleteObjects')).toEqual([]);
  });
});

describe('the results bucket', () => {
  const template = aTemplate({
    settings: oneTargetSettings({ jobs: { retentionDays: 5, deadlineSeconds: 1.5 * 86_400 } }),
  });
  const properties = propertiesOf(template, 'AWS::S3::Bucket', 'ResultsBucket');

  test('keeps an object for the deadline of a job plus its retention, and an upload for a day', () => {
    expect(properties.LifecycleConfiguration).toEqual({
      Rules: [
        {
          Status: 'Enabled',
          ExpirationInDays: 7,
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
        { Status: 'Enabled', Prefix: 'uploads/', ExpirationInDays: 1 },
      ],
    });
  });

  test('is encrypted and private, keeps no old versions and answers no script of a web page', () => {
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
    expect(properties).not.toHaveProperty('CorsConfiguration');
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
