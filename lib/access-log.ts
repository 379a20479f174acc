import {
  AccessLogField,
  AccessLogFormat,
  LogGroupLogDestination,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { LOGS_WITHOUT_OWN_KEY, skipChecks } from './checkov.ts';

/** The log of all requests at the gateway, also of those that reach no function. */
export class AccessLog extends Construct {
  /** The options of the stage that is logged. */
  readonly stageOptions: Pick<StageOptions, 'accessLogDestination' | 'accessLogFormat'>;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    skipChecks(logGroup, LOGS_WITHOUT_OWN_KEY);
    this.stageOptions = {
      accessLogDestination: new LogGroupLogDestination(logGroup),
      accessLogFormat: AccessLogFormat.custom(JSON.stringify(FIELDS)),
    };
  }
}

/** Who called which route, from where, and what came of it; no body and no header. */
const FIELDS = {
  requestId: AccessLogField.contextRequestId(),
  sourceIp: AccessLogField.contextIdentitySourceIp(),
  apiKeyId: AccessLogField.contextIdentityApiKeyId(),
  operator: AccessLogField.contextIdentityUserArn(),
  method: AccessLogField.contextHttpMethod(),
  route: AccessLogField.contextResourcePath(),
  status: AccessLogField.contextStatus(),
  latencyMs: AccessLogField.contextResponseLatency(),
  functionLatencyMs: AccessLogField.contextIntegrationLatency(),
  refusedBy: AccessLogField.contextErrorResponseType(),
};
