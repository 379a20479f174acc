import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { SettingsInput } from '../../lambda/contract/policy.ts';
import { openApiDocument } from '../../lambda/contract/schemas/openapi.ts';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { outputsOf, propertiesOf, resourcesOf } from '../support/template.ts';

describe('the API', () => {
  const template = aTemplate();

  const uri = expect.stringContaining('{RequestFunctionHandler.Arn}');
  const uriOfStatus = expect.stringContaining('{StatusFunctionHandler.Arn}');
  const methods = methodsOf(template);

  test('requires a key for all routes of callers except its document', () => {
    const callers = methods.filter(({ route }) => !route.includes(' /admin/'));

    expect(callers).toEqual([
      { route: 'POST /jobs', key: true, uri },
      { route: 'GET /jobs', key: true, uri },
      { route: 'GET /jobs/{id}', key: true, uri: uriOfStatus },
      { route: 'DELETE /jobs/{id}', key: true, uri },
      { route: 'POST /uploads', key: true, uri },
      { route: 'GET /health', key: true, uri },
      { route: 'GET /openapi.json', key: false, uri },
    ]);
  });

  test('has exactly the routes of its document', () => {
    const { paths } = openApiDocument();
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((method) => method !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path}`),
    );

    // OpenAPI has no greedy parameters.
    const routes = methods.map(({ route }) => route.replace('+}', '}'));
    expect(routes.sort()).toEqual(documented.sort());
  });

  test('refuses a body that is not an object, and leaves its fields to the function', () => {
    expect(resourcesOf(template, 'AWS::ApiGateway::Model')).toMatchObject([
      {
        properties: {
          ContentType: 'application/json',
          Schema: { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object' },
        },
      },
    ]);
    const [model] = resourcesOf(template, 'AWS::ApiGateway::Model');
    expect(Object.keys(Object(model?.properties.Schema))).toEqual(['$schema', 'type']);

    const [validator] = resourcesOf(template, 'AWS::ApiGateway::RequestValidator');
    expect(validator?.properties).toMatchObject({ ValidateRequestBody: true });
    const checked = resourcesOf(template, 'AWS::ApiGateway::Method').filter(
      ({ properties }) => properties.RequestValidatorId !== undefined,
    );
    const post = {
      HttpMethod: 'POST',
      RequestValidatorId: `{${validator?.id}}`,
      RequestModels: { 'application/json': `{${model?.id}}` },
    };
    expect(checked.map(({ properties }) => properties)).toMatchObject([post, post]);
  });

  test('is regional, accepts no TLS before 1.2, and has the stage v1', () => {
    expect(propertiesOf(template, 'AWS::ApiGateway::RestApi', 'ApiRestApi')).toMatchObject({
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_2021_06',
      EndpointAccessMode: 'BASIC',
    });
    expect(outputsOf(template).ApiUrl).toBe(
      'https://{ApiRestApi}.execute-api.{AWS::Region}.{AWS::URLSuffix}/{ApiRestApiDeploymentStagev1}',
    );
    expect(resourcesOf(template, 'AWS::ApiGateway::Stage')).toMatchObject([
      { properties: { StageName: 'v1' } },
    ]);
  });

  test.each<[string, Partial<SettingsInput>, object]>([
    ['by default', {}, { RateLimit: 50, BurstLimit: 100 }],
    [
      'with the limits of the settings',
      { api: { keyRequestsPerSecond: 0.5, keyBurst: 7 } },
      { RateLimit: 0.5, BurstLimit: 7 },
    ],
  ])('limits every key %s', (_, input, Throttle) => {
    const limited = aTemplate({ settings: oneTargetSettings(input) });

    expect(resourcesOf(limited, 'AWS::ApiGateway::UsagePlan')).toMatchObject([
      { properties: { Throttle } },
    ]);
  });

  test('makes the first key', () => {
    expect(resourcesOf(template, 'AWS::ApiGateway::UsagePlanKey')).toMatchObject([
      { properties: { KeyId: '{ApiRestApiKey}', UsagePlanId: '{ApiRestApiUsagePlan}' } },
    ]);
  });

  test('limits the route without a key', () => {
    const stage = propertiesOf(template, 'AWS::ApiGateway::Stage', 'ApiRestApiDeploymentStagev1');

    expect(stage.MethodSettings).toContainEqual({
      HttpMethod: 'GET',
      ResourcePath: '/~1openapi.json',
      DataTraceEnabled: false,
      ThrottlingRateLimit: 10,
      ThrottlingBurstLimit: 20,
    });
  });

  test('logs each access with its source and key, without bodies and headers, and no executions', () => {
    const stage = propertiesOf(template, 'AWS::ApiGateway::Stage', 'ApiRestApiDeploymentStagev1');
    const { Format } = stage.AccessLogSetting as { Format: string };

    expect(Object.values(JSON.parse(Format))).toEqual([
      '$context.requestId',
      '$context.identity.sourceIp',
      '$context.identity.apiKeyId',
      '$context.identity.userArn',
      '$context.httpMethod',
      '$context.resourcePath',
      '$context.status',
      '$context.responseLatency',
      '$context.integrationLatency',
      '$context.error.responseType',
    ]);
    expect(stage.MethodSettings).toContainEqual({
      HttpMethod: '*',
      ResourcePath: '/*',
      LoggingLevel: 'OFF',
      DataTraceEnabled: false,
      ThrottlingRateLimit: 5_000,
      ThrottlingBurstLimit: 2_500,
    });
  });

  test('answers browsers of the allowed origins only if it is asked to', () => {
    expect(methods.some(({ route }) => route.startsWith('OPTIONS'))).toBe(false);
    expect(JSON.stringify(template.toJSON())).not.toMatch(/CORS|CorsConfiguration|Access-Control/);

    const open = aTemplate({ corsOrigins: ['https://app.example'] });

    expect(methodsOf(open).filter(({ route }) => route.startsWith('OPTIONS'))).toEqual(
      ['/jobs/{id}', '/jobs', '/uploads', '/health'].map((path) => ({
        route: `OPTIONS ${path}`,
        key: false,
        uri,
      })),
    );
    const stage = propertiesOf(open, 'AWS::ApiGateway::Stage', 'ApiRestApiDeploymentStagev1');
    const limits = (stage.MethodSettings as { HttpMethod: string }[]).filter(
      ({ HttpMethod }) => HttpMethod === 'OPTIONS',
    );
    expect(limits).toEqual(
      ['/~1jobs', '/~1jobs~1{id}', '/~1uploads', '/~1health'].map((ResourcePath) => ({
        HttpMethod: 'OPTIONS',
        ResourcePath,
        DataTraceEnabled: false,
        ThrottlingRateLimit: 100,
        ThrottlingBurstLimit: 200,
      })),
    );
    const withOrigins = JSON.stringify(resourcesOf(open, 'AWS::Lambda::Function'));
    expect(withOrigins.match(/"CORS_ORIGINS":"https:\/\/app\.example"/g)).toHaveLength(2);
    open.hasResourceProperties('AWS::S3::Bucket', {
      CorsConfiguration: {
        CorsRules: [{ AllowedOrigins: ['https://app.example'], AllowedMethods: ['GET', 'POST'] }],
      },
    });
    open.allResourcesProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseParameters: Match.objectLike({
        'gatewayresponse.header.Access-Control-Allow-Origin': "'https://app.example'",
      }),
    });
  });

  test('leaves the log role of the account’s other APIs alone', () => {
    template.resourceCountIs('AWS::ApiGateway::Account', 0);
    expect(JSON.stringify(resourcesOf(template, 'AWS::IAM::Role'))).not.toContain('apigateway');
  });

  test('sets a log role for all APIs only if it is asked to, and leaves it to them for good', () => {
    const asked = aTemplate({ gatewayLogRole: true, removalPolicy: RemovalPolicy.DESTROY });
    const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

    asked.allResources('AWS::ApiGateway::Account', kept);
    expect(resourcesOf(asked, 'AWS::ApiGateway::Account')).toMatchObject([
      { properties: { CloudWatchRoleArn: '{ApiRestApiCloudWatchRole.Arn}' } },
    ]);
    asked.hasResource('AWS::IAM::Role', {
      ...kept,
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Principal: { Service: 'apigateway.amazonaws.com' } }],
        },
      },
    });
    // API Gateway refuses a stage with access logs while the account has no role.
    asked.hasResource('AWS::ApiGateway::Stage', {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^ApiRestApiAccount')]),
    });
  });

  test.each(['Request', 'Status'])(
    'times out in the %s function before the gateway does',
    (name) => {
      const { Timeout } = propertiesOf(template, 'AWS::Lambda::Function', `${name}FunctionHandler`);

      expect(Timeout).toBeLessThan(29);
    },
  );
});

function methodsOf(template: ReturnType<typeof aTemplate>) {
  const paths = new Map(
    resourcesOf(template, 'AWS::ApiGateway::Resource').map(({ id, properties }) => [
      `{${id}}`,
      properties,
    ]),
  );
  const pathOf = (id: unknown): string => {
    const resource = paths.get(String(id));
    return resource ? `${pathOf(resource.ParentId)}/${resource.PathPart}` : '';
  };
  return resourcesOf(template, 'AWS::ApiGateway::Method').map(({ properties }) => ({
    route: `${properties.HttpMethod} ${pathOf(properties.ResourceId)}`,
    key: properties.ApiKeyRequired === true,
    uri: (properties.Integration as { Uri: string }).Uri,
  }));
}
