import type { IApiKey } from 'aws-cdk-lib/aws-apigateway';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { RemovalPolicy } from 'aws-cdk-lib/core';
import type { SettingsInput } from '../lambda/contract/policy.ts';
import type { HandlerCode } from './bundle.ts';

export interface HoldfastProps {
  /** The targets, their order and the policy of the breaker; docs/settings.md lists all fields. */
  readonly settings: SettingsInput;
  /**
   * The policy for jobs, circuits, prompts, results and the operators' log when the stack is deleted.
   * With RETAIN, a first deploy that fails still deletes what it made. With DESTROY, a function of CDK
   * empties the bucket first.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Lets both tables be restored to any second of the last 35 days.
   * @default true
   */
  readonly pointInTimeRecovery?: boolean;
  /**
   * The key that encrypts the tables, the bucket, the queues and the cache, in the region of the
   * stack. If it belongs to another account, its policy must let the functions' roles use it.
   * @default keys that AWS manages
   */
  readonly encryptionKey?: IKey;
  /**
   * An existing API key for callers.
   * @default a new key
   */
  readonly apiKey?: IApiKey;
  /**
   * The concurrency that is reserved for GET /v1/jobs/{id}, and its limit. With it, a request may
   * wait for the end of a job for 20 s, and waiting requests cannot take the workers' concurrency.
   * Lambda keeps 100 of the account's concurrency unreserved, so a new account can reserve none.
   * @default none; a request may wait for 5 s
   */
  readonly statusConcurrency?: number;
  /**
   * The VPC in which the functions run. It must give them access, through NAT or endpoints, to
   * Bedrock in each region of the chains and to SQS, DynamoDB, S3, EventBridge, SSM and CloudWatch
   * Logs.
   * @default outside of any VPC
   */
  readonly vpc?: IVpc;
  /**
   * The subnets of `vpc` in which the functions run. Needs `vpc`.
   * @default private subnets with a route to the internet
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * Makes an ElastiCache Serverless cache for Valkey in `vpc` and stores the circuits in it. This sets
   * `breaker.store` and `breaker.redisUrl` in the settings. Needs `vpc`.
   * @default false; `breaker.store` names the store
   */
  readonly valkey?: boolean;
  /**
   * The security group of your own Redis server, for `breaker.store: 'redis'`. The functions' security
   * group then reaches only this group at the port of `breaker.redisUrl`, and this group lets it in.
   * Needs `vpc`.
   * @default the functions' security group allows that port of any address
   */
  readonly redisSecurityGroup?: ISecurityGroup;
  /**
   * The secret with the password of your own Redis server, for `breaker.store: 'redis'`: the password
   * alone, or JSON with `password` and optionally `username`. This sets `breaker.redisSecretArn`.
   * @default `breaker.redisSecretArn` names the secret, if there is one
   */
  readonly redisSecret?: ISecret;
  /**
   * Makes the role with which API Gateway writes access logs, and sets it for **all** REST APIs of the
   * account in this region, in place of the role that they use now. The role stays when the stack is
   * deleted. API Gateway refuses an API with access logs in an account without such a role;
   * `holdfast doctor` finds out whether it has one.
   * @default false; the account has a role already
   */
  readonly gatewayLogRole?: boolean;
  /**
   * The origins of web pages that may call the callers' routes from a browser (CORS):
   * `https://app.example.com`. A page shows its API key to everyone who opens it.
   * @default none
   */
  readonly corsOrigins?: readonly string[];
  /**
   * The topic that alarms notify.
   * @default a new topic without subscriptions
   */
  readonly alarmTopic?: ITopic;
  /**
   * The address of the runbook, which each alarm names.
   * @default docs/runbook.md of this package
   */
  readonly runbookUrl?: string;
  /**
   * Returns the code of each handler, with the file of the deployed settings beside it.
   * @default the handlers of this package, bundled at synth
   */
  readonly code?: HandlerCode;
}
