import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface JobsQueueProps {
  /** How long a worker may take for a batch. */
  readonly workerTimeout: Duration;
  /** @default a key that SQS holds */
  readonly encryptionKey?: IKey;
}

/** Jobs that wait for a worker, and the dead-letter queue for those that none can finish. */
export class JobsQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { workerTimeout, encryptionKey }: JobsQueueProps) {
    super(scope, id);
    const common = {
      // The most that SQS keeps: an outage of a weekend loses nothing.
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
      // Lambda's guidance for event sources: room for the retries of a throttled function.
      visibilityTimeout: Duration.seconds(6 * workerTimeout.toSeconds()),
      // Only the net below the worker's own count of claims (`maxAttempts`), for a message that
      // fells the worker before it can count.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 10 },
    });
  }

  grantSend(grantee: IGrantable): Grant {
    return grantSendMessage(this.queue, grantee);
  }

  /** Whether messages wait tells a job behind a backlog from one whose message is lost. */
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

  /** Take messages out of the dead-letter queue, or put them back, and count them. */
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

/** CDK's own `grantSendMessages` adds verbs that no function calls. */
function grantSendMessage({ queueArn }: Queue, grantee: IGrantable): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['sqs:SendMessage'],
    resourceArns: [queueArn],
  });
}
