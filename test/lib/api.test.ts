import { describe, expect, test } from '@jest/globals';
import { openApiDocument } from '../../lambda/contract/schemas/openapi.ts';
import { aTemplate } from '../support/stack.ts';
import { outputsOf, propertiesOf, resourcesOf } from '../support/template.ts';

describe('the API', () => {
  const template = aTemplate();

  const uri = expect.stringContaining('{RequestFunctionHandler.Arn}');
  const methods = methodsOf(template);

  test('has its routes behind a key, all by the request function, and its document for all', () => {
    const callers = methods.filter(({ route }) => !route.includes(' /admin/'));

    expect(callers).toEqual([
      { route: 'POST /jobs', key: true, uri },
      { route: 'GET /jobs', key: true, uri },
      { route: 'GET /jobs/{id}', key: true, uri },
      { route: 'DELETE /jobs/{id}', key: true, uri },
      { route: 'GET /health', key: true, uri },
      { route: 'GET /openapi.json', key: false, uri },
    ]);
  });

  test('has the routes of its document and no other', () => {
    const { paths } = openApiDocument();
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((method) => method !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path}`),
    );

    // OpenAPI knows no greedy parameters.
    const routes = methods.map(({ route }) => route.replace('+}', '}'));
    expect(routes.sort()).toEqual(documented.sort());
  });

  test('lets no body to the function that is no object, and leaves its fields to it', () => {
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
    expect(checked.map(({ properties }) => properties)).toMatchObject([
      {
        HttpMethod: 'POST',
        RequestValidatorId: `{${validator?.id}}`,
        RequestModels: { 'application/json': `{${model?.id}}` },
      },
    ]);
  });

  test('is regional, at stage v1', () => {
    expect(propertiesOf(template, 'AWS::ApiGateway::RestApi', 'ApiRestApi')).toMatchObject({
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
    expect(outputsOf(template).ApiUrl).toBe(
      'https://{ApiRestApi}.execute-api.{AWS::Region}.{AWS::URLSuffix}/{ApiRestApiDeploymentStagev1}',
    );
    expect(resourcesOf(template, 'AWS::ApiGateway::Stage')).toMatchObject([
      { properties: { StageName: 'v1' } },
    ]);
  });

  test('limits each key and makes the first one', () => {
    expect(resourcesOf(template, 'AWS::ApiGateway::UsagePlan')).toMatchObject([
      { properties: { Throttle: { RateLimit: 1_000, BurstLimit: 2_000 } } },
    ]);
    expect(resourcesOf(template, 'AWS::ApiGateway::UsagePlanKey')).toMatchObject([
      { properties: { KeyId: '{ApiRestApiKey}', UsagePlanId: '{ApiRestApiUsagePlan}' } },
    ]);
  });

  test('limits the route that needs no key', () => {
    const stage = propertiesOf(template, 'AWS::ApiGateway::Stage', 'ApiRestApiDeploymentStagev1');

    expect(stage.MethodSettings).toContainEqual({
      ...{ HttpMethod: 'GET', ResourcePath: '/~1openapi.json', DataTraceEnabled: false },
      ...{ ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 },
    });
  });

  test('logs each access without bodies, headers or addresses, and no execution', () => {
    const stage = propertiesOf(template, 'AWS::ApiGateway::Stage', 'ApiRestApiDeploymentStagev1');
    const { Format } = stage.AccessLogSetting as { Format: string };

    expect(Object.values(JSON.parse(Format))).toEqual([
      '$context.requestId',
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
      ...{ HttpMethod: '*', ResourcePath: '/*' },
      ...{ LoggingLevel: 'OFF', DataTraceEnabled: false },
      ...{ ThrottlingRateLimit: 5_000, ThrottlingBurstLimit: 2_500 },
    });
  });

  test('ends a request before the gateway gives up on it', () => {
    const { Timeout } = propertiesOf(template, 'AWS::Lambda::Function', 'RequestFunctionHandler');

    expect(Timeout).toBeLessThan(29);
  });
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
