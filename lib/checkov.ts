import { CfnResource } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** For log groups. A key of the user's own would need a statement in its policy. */
export const LOGS_WITHOUT_OWN_KEY: Reasons = {
  CKV_AWS_158: 'It has no text of callers; CloudWatch Logs encrypts it with a key of its own',
};

/** The reason for each check of checkov that does not apply, by the check's id. */
type Reasons = Readonly<Record<`CKV_AWS_${number}`, string>>;

/**
 * Tells checkov which of its checks do not apply to a resource, and why. Checkov reads this from the
 * metadata of the template, so it also holds in the stacks of users who run checkov.
 */
export function skipChecks(construct: IConstruct, reasons: Reasons): void {
  const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild;
  if (!(resource instanceof CfnResource)) {
    throw new Error(`${construct.node.path} has no resource whose checks could be skipped`);
  }
  const skip = Object.entries(reasons).map(([id, comment]) => ({ id, comment }));
  resource.addMetadata('checkov', { skip });
}
