import { EventBus } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Aws } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/**
 * Where the ends of jobs are told. A bus of its own: rules on it see nothing else, and nobody else
 * may put events on it. It costs nothing while `jobs.completionEvents` is off.
 */
export class CompletionEvents extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      description: 'The ends of jobs of Holdfast',
      // A bus has to have a name, and CDK's own is the same for two stacks of one construct id.
      eventBusName: Aws.STACK_NAME,
    });
  }

  grantPublish(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['events:PutEvents'],
      resourceArns: [this.bus.eventBusArn],
    });
  }
}
