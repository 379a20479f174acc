import { EventBus, type OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE } from '../lambda/contract/words.ts';
import type { FunctionEnvironment } from './holdfast-function.ts';

export interface CompletionEventsProps {
  /** The instance's name, which becomes the name of the bus. */
  readonly service: string;
}

/**
 * The event bus for completion events. It belongs to the instance alone: rules on it see no other
 * events, and only the instance's functions may publish to it. It costs nothing while
 * `jobs.completionEvents` is off.
 */
export class CompletionEvents extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, { service }: CompletionEventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      description: 'Completion events of Holdfast',
      // The default name would be the same for two stacks that use the same construct id.
      eventBusName: service,
    });
  }

  /** Adds a rule for completion events. `eventPattern` can narrow it. */
  onJobEnded(id: string, { eventPattern, target, ...options }: OnEventOptions = {}): Rule {
    const rule = new Rule(this, id, { ...options, eventBus: this.bus });
    rule.addEventPattern({ source: [EVENT_SOURCE], detailType: [EVENT_DETAIL_TYPE] });
    rule.addEventPattern(eventPattern);
    rule.addTarget(target);
    return rule;
  }

  get environment(): FunctionEnvironment {
    return { [ENV.eventBus]: this.bus.eventBusName };
  }

  grantPublish(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['events:PutEvents'],
      resourceArns: [this.bus.eventBusArn],
    });
  }
}
