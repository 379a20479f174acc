import { EventBus, type OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE } from '../lambda/contract/words.ts';

export interface CompletionEventsProps {
  /** The instance's name. */
  readonly service: string;
}

/**
 * Where the ends of jobs are told. A bus of its own: rules on it see nothing else, and nobody else
 * may put events on it. It costs nothing while `jobs.completionEvents` is off.
 */
export class CompletionEvents extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, { service }: CompletionEventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      description: 'The ends of jobs of Holdfast',
      // A bus has to have a name, and CDK's own is the same for two stacks of one construct id.
      eventBusName: service,
    });
  }

  onJobEnded(id: string, { eventPattern, target, ...options }: OnEventOptions = {}): Rule {
    const rule = new Rule(this, id, { ...options, eventBus: this.bus });
    rule.addEventPattern({ source: [EVENT_SOURCE], detailType: [EVENT_DETAIL_TYPE] });
    rule.addEventPattern(eventPattern);
    rule.addTarget(target);
    return rule;
  }

  grantPublish(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['events:PutEvents'],
      resourceArns: [this.bus.eventBusArn],
    });
  }
}
