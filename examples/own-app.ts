/**
 * Holdfast in a CDK app of your own, with a queue that receives failed jobs, a role for operators,
 * and an alarm on one of its metrics.
 *
 *     npx cdk synth --quiet --app "node examples/own-app.ts"
 *
 * If the package is installed, import `Holdfast` from 'holdfast'.
 */
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { Holdfast } from '../lib/holdfast.ts';

const stack = new Stack(new App(), 'Ours');
const targets = [{ region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-6' }];
const llm = new Holdfast(stack, 'Llm', {
  settings: { tiers: [{ name: 'only', targets, maxTokens: 1024 }] },
});

llm.onJobEnded('Failures', {
  target: new SqsQueue(new Queue(stack, 'FailedJobs')),
  eventPattern: { detail: { status: ['FAILED', 'EXPIRED', 'DEAD_LETTERED'] } },
});
llm.grantOperate(new Role(stack, 'OnCall', { assumedBy: new AccountRootPrincipal() }));
llm
  .metric('JobLatency', { statistic: Stats.p(99), period: Duration.minutes(5) })
  .createAlarm(stack, 'SlowJobs', { threshold: 60_000, evaluationPeriods: 3 });
