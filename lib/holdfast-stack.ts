import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Holdfast, type HoldfastProps } from './holdfast.ts';

export interface HoldfastStackProps extends StackProps, HoldfastProps {}

/** A stack with one instance. Its outputs name the instance's resources. */
export class HoldfastStack extends Stack {
  constructor(scope: Construct, id: string, props: HoldfastStackProps) {
    super(scope, id, {
      description: 'Holdfast: language model jobs that survive throttling and outages of Bedrock',
      ...props,
    });
    // CDK leaves the id `Default` out of logical ids and names; the stack's name is enough.
    const holdfast = new Holdfast(this, 'Default', props);
    const { api, jobs, circuits, results, queue, events, settings, operatorLog } = holdfast;
    const { alarms, dashboard } = holdfast.monitoring;

    this.#output({
      ApiUrl: ['Base address of the API', api.url],
      ApiKeyId: [
        'ID of the first API key: aws apigateway get-api-key --include-value --api-key ID',
        api.apiKeyId,
      ],
      JobsTableName: ['Table with one row for each job', jobs.table.tableName],
      CircuitsTableName: ['Table of the circuits that all workers share', circuits.table.tableName],
      ResultsBucketName: ['Bucket for prompts and results', results.bucket.bucketName],
      JobsQueueUrl: ['Queue of jobs that wait for a worker', queue.queue.queueUrl],
      DeadLetterQueueUrl: [
        'Queue of messages that no worker could finish',
        queue.deadLetters.queueUrl,
      ],
      EventBusName: ['Event bus for completion events', events.bus.eventBusName],
      SettingsParameterName: [
        'Settings in force; an edit takes effect within their refreshSeconds',
        settings.parameter.parameterName,
      ],
      OperatorLogGroupName: [
        'Log of what operators did, which outlives the stack',
        operatorLog.logGroup.logGroupName,
      ],
      AlarmTopicArn: ['Topic that alarms notify: subscribe to it', alarms.topic.topicArn],
      DashboardName: ['Dashboard in CloudWatch', dashboard.dashboard.dashboardName],
    });
  }

  #output(outputs: Readonly<Record<string, readonly [description: string, value: string]>>): void {
    for (const [name, [description, value]] of Object.entries(outputs)) {
      new CfnOutput(this, name, { description, value });
    }
  }
}
