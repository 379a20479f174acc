import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import type { JobPolicy } from '../lambda/contract/policy.ts';
import { visibilitySeconds } from '../lambda/contract/time-budget.ts';
import { skipChecks } from './checkov.ts';
import type { FunctionEnvironment } from './holdfast-function.ts';

export interface JobsQueueProps {
  /** The jobs' limits, which decide how long a worker may hold a message. */
  readonly policy: JobPolicy;
  /**
   * The key that encrypts both queues.
   * @default a key that SQS manages
   */
  readonly encryptionKey?: IKey;
}

/** The queue of jobs that wait for a worker, and its dead-letter queue. */
export class JobsQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { policy, encryptionKey }: JobsQueueProps) {
    super(scope, id);
    const common = {
      // The longest retention of SQS, so that an outage over a weekend loses nothing.
      retentionPeriod: Duration.days(14),
      encryption: encryptionKey ? QueueEncryption.KMS : QueueEncryption.SQS_MANAGED,
      encryptionMasterKey: encryptionKey,
      enforceSSL: true,
    };

    this.deadLetters = new Queue(this, 'DeadLetters', common);
    Validations.of(this.deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue itself',
    });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      visibilityTimeout: Duration.seconds(visibilitySeconds(policy)),
      // The worker counts claims itself (`maxAttempts`). This limit is for a message that stops
      // the worker before it can count.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 10 },
    });
    for (const queue of [this.queue, this.deadLetters]) {
      skipChecks(queue, {
        CKV_AWS_27: 'Encrypted with a key of SQS, which this check does not see',
      });
    }
  }

  get environment(): FunctionEnvironment {
    return { [ENV.jobsQueueUrl]: this.queue.queueUrl };
  }

  /** The variable of the dead-letter queue, which few functions use. */
  get deadLetterEnvironment(): FunctionEnvironment {
    return { [ENV.deadLetterQueueUrl]: this.deadLetters.queueUrl };
  }

  grantSend(grantee: IGrantable): Grant {
    return grantSendMessage(this.queue, grantee);
  }

  /** Grants counting messages. The sweeper does this to find jobs whose message is lost. */
  grantCount(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['sqs:GetQueueAttributes'],
      resourceArns: [this.queue.queueArn],
    });
  }

  grantSendDeadLetters(grantee: IGrantable): Grant {
    return grantSendMessage(this.deadLetters, grantee);
  }

  /** Grants taking messages out of the dead-letter queue, returning them and counting them. */
  grantRedrive(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:ChangeMessageVisibility',
        'sqs:GetQueueAttributes',
      ],
      resourceArns: [this.deadLetters.queueArn],
    });
  }
}

/** Grants only sending; CDK's `grantSendMessages` also grants actions that no function calls. */
function grantSendMessage({ queueArn }: Queue, grantee: IGrantable): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['sqs:SendMessage'],
    resourceArns: [queueArn],
  });
}
