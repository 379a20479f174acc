import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import { CfnTopicPolicy } from 'aws-cdk-lib/aws-sns';
import { CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { CfnResource, CliCredentialsStackSynthesizer, type Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { BUCKET_EMPTIER } from './results-bucket.ts';

/** Deploys with the caller's own rights: the roles of the bootstrap are denied plain HTTP. */
export function emulatorSynthesizer(): CliCredentialsStackSynthesizer {
  return new CliCredentialsStackSynthesizer();
}

/** Changes what MiniStack 1.5.33 cannot take of the stack, and nothing else. */
export function adaptToEmulator(stack: Stack): void {
  // Who deploys onto it empties the bucket beforehand: one function less to run there.
  stack.node.tryRemoveChild(BUCKET_EMPTIER);
  for (const construct of stack.node.findAll()) {
    if (isRefused(construct)) construct.node.scope?.node.tryRemoveChild(construct.node.id);
    if (construct instanceof CfnAlarm) reduceToOneMetric(construct);
    // The name that it would make begins with a slash, unlike one of CloudFormation's, and so is
    // not the resource that the policies name.
    if (construct instanceof CfnParameter) {
      construct.name = `${stack.stackName}-Settings-${construct.node.scope?.node.id}`;
    }
  }
}

function isRefused(construct: IConstruct): boolean {
  return (
    // It speaks plain HTTP, and these policies deny that.
    construct instanceof CfnQueuePolicy ||
    construct instanceof CfnBucketPolicy ||
    construct instanceof CfnTopicPolicy ||
    // It knows no saved queries.
    construct instanceof CfnQueryDefinition ||
    (construct instanceof CfnResource &&
      construct.cfnResourceType === 'Custom::S3AutoDeleteObjects')
  );
}

/** It knows no alarm on more than one metric; the dashboard shows them all, so none may go. */
function reduceToOneMetric(alarm: CfnAlarm): void {
  if (alarm.metrics === undefined) return;
  alarm.metrics = undefined;
  alarm.namespace = 'Emulator';
  alarm.metricName = 'Any';
  alarm.statistic = 'Sum';
  alarm.period = 60;
}
