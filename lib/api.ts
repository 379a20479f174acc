import {
  AccessLogField,
  AccessLogFormat,
  EndpointType,
  type IApiKey,
  JsonSchemaType,
  JsonSchemaVersion,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type MethodOptions,
  Model,
  RequestValidator,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { jobRequest } from '../lambda/contract/schemas/jobs.ts';
import { jsonSchema } from '../lambda/contract/schemas/json-schema.ts';
import { ADMIN_LIMITS } from './admin.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import type { HoldfastFunction } from './holdfast-function.ts';

export interface ApiProps {
  /** The instance's name: the dimension of the gateway's own metrics. */
  readonly service: string;
  /** Answers every route: one function, one contract. */
  readonly handler: HoldfastFunction;
  readonly removalPolicy: RemovalPolicy;
  /** @default a key of its own */
  readonly apiKey?: IApiKey;
}

/** The HTTP door: routes, keys and their limits. What a body holds, the function checks. */
export class Api extends Construct {
  readonly restApi: RestApi;
  /** Without a slash at its end: routes bring their own. */
  readonly url: string;
  readonly apiKeyId: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const { service, handler, removalPolicy, apiKey } = props;

    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { region, urlSuffix } = Stack.of(this);
    this.restApi = new RestApi(this, 'RestApi', {
      restApiName: service,
      description: 'Holdfast: jobs for language models that outlive an outage',
      endpointTypes: [EndpointType.REGIONAL],
      // A gateway logs with a role of the account, and a fresh account has none.
      cloudWatchRole: true,
      // Other APIs of the account may have come to log with it too.
      cloudWatchRoleRemovalPolicy: removalPolicy,
      deployOptions: {
        stageName: 'v1',
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
        // Execution logs would hold prompts.
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        // For all keys together: half of an account's 10,000 requests a second, so that the other
        // APIs of its region stay up, whoever storms this one.
        throttlingRateLimit: 5_000,
        throttlingBurstLimit: 2_500,
        tracingEnabled: true,
        // No key's limit holds for the route without a key; tools read it once.
        methodOptions: {
          '/openapi.json/GET': { throttlingRateLimit: 10, throttlingBurstLimit: 20 },
          ...ADMIN_LIMITS,
        },
      },
    });

    const { restApiId, deploymentStage } = this.restApi;
    this.url = `https://${restApiId}.execute-api.${region}.${urlSuffix}/${deploymentStage.stageName}`;
    // CDK's own output of the address.
    this.restApi.node.tryRemoveChild('Endpoint');

    this.#addRoutes(handler);
    addGatewayResponses(this.restApi);
    this.#acknowledge();
    this.apiKeyId = this.#addKey(apiKey);
  }

  #addRoutes(handler: HoldfastFunction): void {
    const integration = new LambdaIntegration(handler.lambda, { allowTestInvoke: false });
    const withKey = { apiKeyRequired: true };

    const { root } = this.restApi;
    const jobs = root.addResource('jobs');
    jobs.addMethod('POST', integration, { ...withKey, ...this.#checkBodyOfJob() });
    jobs.addMethod('GET', integration, withKey);
    const job = jobs.addResource('{id}');
    job.addMethod('GET', integration, withKey);
    job.addMethod('DELETE', integration, withKey);
    const health = root.addResource('health');
    health.addMethod('GET', integration, withKey);
    const document = root.addResource('openapi.json');
    document.addMethod('GET', integration);

    for (const resource of [jobs, health]) {
      Validations.of(resource).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'Callers are services with an API key, and see the jobs of its tenant only',
      });
    }
    Validations.of(document).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The description of the API is for everybody, and is throttled',
    });
  }

  /**
   * The gateway's part of the check of a body: its type and what it requires, and of these only the
   * outermost, for a refusal by the gateway names no field and the function's does.
   */
  #checkBodyOfJob(): MethodOptions {
    const { type, required } = jsonSchema(jobRequest);
    const model = new Model(this, 'JobRequest', {
      restApi: this.restApi,
      contentType: 'application/json',
      schema: {
        schema: JsonSchemaVersion.DRAFT4,
        type: Object.values(JsonSchemaType).find((each) => each === type),
        required,
      },
    });
    const requestValidator = new RequestValidator(this, 'BodyValidator', {
      restApi: this.restApi,
      validateRequestBody: true,
    });
    return { requestModels: { 'application/json': model }, requestValidator };
  }

  #acknowledge(): void {
    Validations.of(this.restApi).acknowledge(
      {
        id: 'AwsSolutions-COG4',
        reason: 'Callers are services with an API key, operators sign by IAM; no person logs in',
      },
      {
        id: 'AwsSolutions-APIG2',
        reason: 'The one route with a body checks it by a model; parameters the function checks',
      },
      {
        id: 'AwsSolutions-APIG3',
        reason: 'A web ACL costs by the month and request: who wants one puts it on the stage',
      },
      {
        id: 'AwsSolutions-APIG6',
        reason: 'Execution logs would hold prompts; each request is in the access log',
      },
      {
        id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${GATEWAY_LOGS_POLICY}]`,
        reason: 'The role writes the logs of all APIs of the account, and AWS keeps its policy',
      },
    );
  }

  /** The first key; more are made in the console or by a script, and need no deploy. */
  #addKey(key: IApiKey = this.restApi.addApiKey('Key')): string {
    const plan = this.restApi.addUsagePlan('UsagePlan', {
      apiStages: [{ stage: this.restApi.deploymentStage }],
      // For each key: a tenth of an account's 10,000 requests a second, so that one caller who
      // polls without pause leaves the API to the others.
      throttle: { rateLimit: 1_000, burstLimit: 2_000 },
    });
    plan.addApiKey(key);
    return key.keyId;
  }
}

const GATEWAY_LOGS_POLICY = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs';

/** Who called what, how it went and how long it took; never an address, a body or a header. */
const ACCESS_LOG = {
  requestId: AccessLogField.contextRequestId(),
  apiKeyId: AccessLogField.contextIdentityApiKeyId(),
  operator: AccessLogField.contextIdentityUserArn(),
  method: AccessLogField.contextHttpMethod(),
  route: AccessLogField.contextResourcePath(),
  status: AccessLogField.contextStatus(),
  latencyMs: AccessLogField.contextResponseLatency(),
  functionLatencyMs: AccessLogField.contextIntegrationLatency(),
  refusedBy: AccessLogField.contextErrorResponseType(),
};
