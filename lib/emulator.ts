import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import { CfnTopicPolicy } from 'aws-cdk-lib/aws-sns';
import { CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { CfnResource, CliCredentialsStackSynthesizer, type Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { BUCKET_EMPTIER } from './results-bucket.ts';

/** Deploys with the caller's own rights, because the roles of the CDK bootstrap refuse plain HTTP. */
export function emulatorSynthesizer(): CliCredentialsStackSynthesizer {
  return new CliCredentialsStackSynthesizer();
}

/** Removes or changes the resources that MiniStack 1.5.33 does not support, and no others. */
export function adaptToEmulator(stack: Stack): void {
  // Tests empty the bucket themselves, so the emulator does not have to run this function.
  stack.node.tryRemoveChild(BUCKET_EMPTIER);
  for (const construct of stack.node.findAll()) {
    if (isRefused(construct)) construct.node.scope?.node.tryRemoveChild(construct.node.id);
    if (construct instanceof CfnAlarm) reduceToOneMetric(construct);
    // The emulator, unlike CloudFormation, would generate a name that starts with a slash. The ARNs
    // in the policies would not match it.
    if (construct instanceof CfnParameter) {
      construct.name = `${stack.stackName}-Settings-${construct.node.scope?.node.id}`;
    }
  }
}

function isRefused(construct: IConstruct): boolean {
  return (
    // The emulator uses plain HTTP, which these policies deny.
    construct instanceof CfnQueuePolicy ||
    construct instanceof CfnBucketPolicy ||
    construct instanceof CfnTopicPolicy ||
    // The emulator has no saved queries.
    construct instanceof CfnQueryDefinition ||
    (construct instanceof CfnResource &&
      construct.cfnResourceType === 'Custom::S3AutoDeleteObjects')
  );
}

/**
 * Replaces an alarm's metrics with a single one, because the emulator supports no more. The
 * alarm has to stay: the dashboard refers to it.
 */
function reduceToOneMetric(alarm: CfnAlarm): void {
  if (alarm.metrics === undefined) return;
  alarm.metrics = undefined;
  alarm.namespace = 'Emulator';
  alarm.metricName = 'Any';
  alarm.statistic = 'Sum';
  alarm.period = 60;
}
