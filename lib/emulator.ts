import { CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import { CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { CliCredentialsStackSynthesizer, type Stack } from 'aws-cdk-lib/core';

/** Deploys with the caller's own rights: the bootstrap roles are denied plain HTTP as well. */
export function emulatorSynthesizer(): CliCredentialsStackSynthesizer {
  return new CliCredentialsStackSynthesizer();
}

/**
 * Takes out the policies of queues and buckets, for an emulator speaks plain HTTP, and all that they
 * do is deny that. Nothing else of the stack is another for an emulator.
 */
export function admitPlainHttp(stack: Stack): void {
  for (const construct of stack.node.findAll()) {
    if (construct instanceof CfnQueuePolicy || construct instanceof CfnBucketPolicy) {
      construct.node.scope?.node.tryRemoveChild(construct.node.id);
    }
  }
}
