import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Holdfast, type HoldfastProps } from './holdfast.ts';

export interface HoldfastStackProps extends StackProps, HoldfastProps {}

/** A stack with one instance. Its outputs name the instance's resources. */
export class HoldfastStack extends Stack {
  constructor(scope: Construct, id: string, props: HoldfastStackProps) {
    super(scope, id, {
      description: 'Holdfast keeps a backend for language models alive while Bedrock throttles',
      ...props,
    });
    // CDK leaves the id `Default` out of logical ids and names; the stack's name is enough.
    const holdfast = new Holdfast(this, 'Default', props);
    const { api, jobs, circuits, results, queue, events, settings, monitoring } = holdfast;
    const { alarms, dashboard } = monitoring;

    this.#output({
      ApiUrl: ['Where jobs are posted', api.url],
      ApiKeyId: [
        'Id of the first API key: aws apigateway get-api-key --include-value --api-key ID',
        api.apiKeyId,
      ],
      JobsTableName: ['One row for each job', jobs.table.tableName],
      CircuitsTableName: ['The circuits as the workers share them', circuits.table.tableName],
      ResultsBucketName: ['Prompts and results', results.bucket.bucketName],
      JobsQueueUrl: ['Jobs that wait for a worker', queue.queue.queueUrl],
      DeadLetterQueueUrl: ['Messages that no worker could finish', queue.deadLetters.queueUrl],
      EventBusName: ['Where the ends of jobs are told', events.bus.eventBusName],
      SettingsParameterName: [
        'The settings in force; an edit is taken up within 30 s',
        settings.parameter.parameterName,
      ],
      AlarmTopicArn: ['Where alarms are told: subscribe to it', alarms.topic.topicArn],
      DashboardName: ['The dashboard in CloudWatch', dashboard.dashboard.dashboardName],
    });
  }

  #output(outputs: Readonly<Record<string, readonly [description: string, value: string]>>): void {
    for (const [name, [description, value]] of Object.entries(outputs)) {
      new CfnOutput(this, name, { description, value });
    }
  }
}
