import {
  CfnRestApi,
  EndpointAccessMode,
  EndpointType,
  type IApiKey,
  JsonSchemaType,
  JsonSchemaVersion,
  LambdaIntegration,
  type MethodDeploymentOptions,
  MethodLoggingLevel,
  type MethodOptions,
  Model,
  RequestValidator,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ALL_KEYS, type ApiPolicy } from '../lambda/contract/policy.ts';
import { AccessLog } from './access-log.ts';
import { ADMIN_LIMITS } from './admin-routes.ts';
import { skipChecks } from './checkov.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import type { HoldfastFunction } from './holdfast-function.ts';

export interface ApiProps {
  /** The instance's name, which is a dimension of the gateway's metrics. */
  readonly service: string;
  /** The function that answers callers on all routes except that of one job. */
  readonly request: HoldfastFunction;
  /** The function that returns one job. */
  readonly status: HoldfastFunction;
  /** The limits of each API key. */
  readonly limits: ApiPolicy;
  /** Makes the role that writes the access logs of all REST APIs of the account and region. */
  readonly gatewayLogRole: boolean;
  /** The origins of web pages that may call the callers' routes. */
  readonly corsOrigins: readonly string[];
  /**
   * An existing API key for callers.
   * @default a new key
   */
  readonly apiKey?: IApiKey;
}

/** The HTTP API: routes, keys and limits. The function checks the fields of a request. */
export class Api extends Construct {
  readonly restApi: RestApi;
  /** The base address of all routes, without a slash at the end. */
  readonly url: string;
  /** The id of the first API key. */
  readonly apiKeyId: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const { service, gatewayLogRole, apiKey, corsOrigins } = props;

    const accessLog = new AccessLog(this, 'AccessLog');
    const { region, urlSuffix } = Stack.of(this);
    this.restApi = new RestApi(this, 'RestApi', {
      restApiName: service,
      description: 'Holdfast: language model jobs that survive an outage',
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: gatewayLogRole,
      // The other APIs of the account use this role too, even after a first deploy that failed.
      ...(gatewayLogRole && { cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN }),
      deployOptions: {
        stageName: 'v1',
        ...accessLog.stageOptions,
        // Execution logs would contain prompts.
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        throttlingRateLimit: ALL_KEYS.requestsPerSecond,
        throttlingBurstLimit: ALL_KEYS.burst,
        tracingEnabled: true,
        // These routes need no API key, so no usage plan limits them.
        methodOptions: {
          '/openapi.json/GET': { throttlingRateLimit: 10, throttlingBurstLimit: 20 },
          ...ADMIN_LIMITS,
          ...(corsOrigins.length > 0 && PREFLIGHT_LIMITS),
        },
      },
    });

    const { restApiId, deploymentStage } = this.restApi;
    this.url = `https://${restApiId}.execute-api.${region}.${urlSuffix}/${deploymentStage.stageName}`;
    // CDK adds an output for the address; the stack has its own.
    this.restApi.node.tryRemoveChild('Endpoint');

    requireTls12(this.restApi);
    this.#addRoutes(props);
    addGatewayResponses(this.restApi, props.corsOrigins);
    this.#acknowledge();
    this.apiKeyId = this.#addKey(props.limits, apiKey);
  }

  #addRoutes({ request, status, corsOrigins }: ApiProps): void {
    const integration = new LambdaIntegration(request.lambda, { allowTestInvoke: false });
    const ofOneJob = new LambdaIntegration(status.lambda, { allowTestInvoke: false });
    const withKey = { apiKeyRequired: true };

    const { root } = this.restApi;
    const bodyCheck = this.#checkBody();
    const jobs = root.addResource('jobs');
    jobs.addMethod('POST', integration, { ...withKey, ...bodyCheck });
    jobs.addMethod('GET', integration, withKey);
    const job = jobs.addResource('{id}');
    job.addMethod('GET', ofOneJob, withKey);
    job.addMethod('DELETE', integration, withKey);
    const uploads = root.addResource('uploads');
    uploads.addMethod('POST', integration, { ...withKey, ...bodyCheck });
    const health = root.addResource('health');
    health.addMethod('GET', integration, withKey);
    const document = root.addResource('openapi.json');
    const isPublic = 'The description of the API is public, and its route is throttled';
    skipChecks(document.addMethod('GET', integration), { CKV_AWS_59: isPublic });

    if (corsOrigins.length > 0) {
      // A function answers, because the gateway itself cannot choose among several origins.
      for (const resource of [jobs, job, uploads, health]) {
        const preflight = resource.addMethod('OPTIONS', integration);
        skipChecks(preflight, { CKV_AWS_59: NO_KEY_IN_PREFLIGHT });
        Validations.of(resource).acknowledge({
          id: 'AwsSolutions-APIG4',
          reason: NO_KEY_IN_PREFLIGHT,
        });
      }
    }
    for (const resource of [jobs, uploads, health]) {
      Validations.of(resource).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'Callers are services with an API key and see only the jobs of its tenant',
      });
    }
    Validations.of(document).acknowledge({ id: 'AwsSolutions-APIG4', reason: isPublic });
  }

  /**
   * Lets the gateway refuse a body that is not an object. The function checks the fields, because its
   * error names the wrong field and the gateway's does not.
   */
  #checkBody(): MethodOptions {
    const model = new Model(this, 'JsonObject', {
      restApi: this.restApi,
      contentType: 'application/json',
      schema: { schema: JsonSchemaVersion.DRAFT4, type: JsonSchemaType.OBJECT },
    });
    const requestValidator = new RequestValidator(this, 'BodyValidator', {
      restApi: this.restApi,
      validateRequestBody: true,
    });
    return { requestModels: { 'application/json': model }, requestValidator };
  }

  #acknowledge(): void {
    skipChecks(this.restApi.deploymentStage, {
      CKV_AWS_120: 'Each answer belongs to one caller and changes with the job',
    });
    Validations.of(this.restApi).acknowledge(
      {
        id: 'AwsSolutions-COG4',
        reason: 'Callers are services with an API key, operators sign with IAM; no person logs in',
      },
      {
        id: 'AwsSolutions-APIG2',
        reason: 'A model validates the request bodies; the function validates parameters',
      },
      {
        id: 'AwsSolutions-APIG3',
        reason:
          'A web ACL costs extra per month and per request; add one to the stage if you want it',
      },
      {
        id: 'AwsSolutions-APIG6',
        reason: 'Execution logs would contain prompts; each request is in the access log',
      },
      {
        id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${GATEWAY_LOGS_POLICY}]`,
        reason: 'The role writes the logs of all APIs of the account, and AWS maintains its policy',
      },
    );
  }

  /** Adds the first key. You can add more in the console or with a script, without a deploy. */
  #addKey(limits: ApiPolicy, key: IApiKey = this.restApi.addApiKey('Key')): string {
    const plan = this.restApi.addUsagePlan('UsagePlan', {
      apiStages: [{ stage: this.restApi.deploymentStage }],
      throttle: { rateLimit: limits.keyRequestsPerSecond, burstLimit: limits.keyBurst },
    });
    plan.addApiKey(key);
    return key.keyId;
  }
}

/**
 * Limits the preflight requests of each route, for all pages together, in requests per second. Anyone can
 * send them, and a function answers. A page sends one for each job that it reads: browsers remember the
 * response for each address.
 */
const PREFLIGHT_LIMITS: Readonly<Record<string, MethodDeploymentOptions>> = Object.fromEntries(
  ['/jobs', '/jobs/{id}', '/uploads', '/health'].map((path) => [
    `${path}/OPTIONS`,
    { throttlingRateLimit: 100, throttlingBurstLimit: 200 },
  ]),
);

const NO_KEY_IN_PREFLIGHT = 'Browsers send preflight requests without any key';

const GATEWAY_LOGS_POLICY = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs';

/**
 * Refuses TLS 1.0 and 1.1, which a regional API accepts by default. CDK's `RestApi` has no prop for
 * this. The access mode is BASIC because STRICT would also refuse calls through other host names.
 */
function requireTls12({ node }: RestApi): void {
  const api = node.defaultChild;
  if (!(api instanceof CfnRestApi)) throw new Error('the REST API has no resource of its own');
  api.securityPolicy = 'SecurityPolicy_TLS13_1_2_2021_06';
  api.endpointAccessMode = EndpointAccessMode.BASIC;
}
