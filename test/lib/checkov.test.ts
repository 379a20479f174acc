import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { skipChecks } from '../../lib/checkov.ts';
import { anApp } from '../support/stack.ts';

describe('a check of checkov that does not apply', () => {
  test('is in the metadata of its resource, with the reason', () => {
    const stack = new Stack(anApp(), 'Ours');
    skipChecks(new Topic(stack, 'Topic'), { CKV_AWS_26: 'public news' });

    Template.fromStack(stack).hasResource('AWS::SNS::Topic', {
      Metadata: { checkov: { skip: [{ id: 'CKV_AWS_26', comment: 'public news' }] } },
    });
  });

  test('cannot be skipped for a construct that has no resource of its own', () => {
    const group = new Construct(new Stack(anApp(), 'Ours'), 'Group');

    expect(() => skipChecks(group, { CKV_AWS_26: 'public news' })).toThrow('Group has no resource');
  });
});
