import { describe, expect, test } from '@jest/globals';
import { aTemplate } from '../support/stack.ts';
import { outputsOf, propertiesOf, resourcesOf } from '../support/template.ts';

describe('the API', () => {
  const template = aTemplate();

  test('has its routes and no other, each behind a key and by the request function', () => {
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

    const methods = resourcesOf(template, 'AWS::ApiGateway::Method').map(({ properties }) => ({
      route: `${properties.HttpMethod} ${pathOf(properties.ResourceId)}`,
      key: properties.ApiKeyRequired,
      uri: (properties.Integration as { Uri: string }).Uri,
    }));

    const uri = expect.stringContaining('{RequestFunctionHandler.Arn}');
    expect(methods).toEqual([
      { route: 'POST /jobs', key: true, uri },
      { route: 'GET /jobs/{id}', key: true, uri },
      { route: 'GET /health', key: true, uri },
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

  test('logs each access without bodies, headers or addresses, and no execution', () => {
    const stage = propertiesOf(template, 'AWS::ApiGateway::Stage', 'ApiRestApiDeploymentStagev1');
    const { Format } = stage.AccessLogSetting as { Format: string };

    expect(Object.values(JSON.parse(Format))).toEqual([
      '$context.requestId',
      '$context.identity.apiKeyId',
      '$context.httpMethod',
      '$context.resourcePath',
      '$context.status',
      '$context.responseLatency',
      '$context.integrationLatency',
      '$context.error.responseType',
    ]);
    expect(stage.MethodSettings).toEqual([
      { HttpMethod: '*', ResourcePath: '/*', LoggingLevel: 'OFF', DataTraceEnabled: false },
    ]);
  });

  test('ends a request before the gateway gives up on it', () => {
    const { Timeout } = propertiesOf(template, 'AWS::Lambda::Function', 'RequestFunctionHandler');

    expect(Timeout).toBeLessThan(29);
  });
});
