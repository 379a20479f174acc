import { describe, expect, test } from '@jest/globals';
import { aTemplate } from '../support/stack.ts';
import { propertiesOf, resourcesOf } from '../support/template.ts';

describe("the operators' routes", () => {
  const template = aTemplate();
  const methods = resourcesOf(template, 'AWS::ApiGateway::Method').filter(({ properties }) =>
    JSON.stringify(properties.Integration).includes('{AdminFunctionHandler.Arn}'),
  );

  test('are open only to IAM principals and need no key', () => {
    expect(methods).toHaveLength(8);
    for (const { properties } of methods) {
      expect(properties).toMatchObject({ AuthorizationType: 'AWS_IAM' });
      expect(properties).not.toHaveProperty('ApiKeyRequired', true);
    }
  });

  test('are exactly the routes that the admin function answers', () => {
    const signed = resourcesOf(template, 'AWS::ApiGateway::Method').filter(
      ({ properties }) => properties.AuthorizationType === 'AWS_IAM',
    );

    expect(signed).toEqual(methods);
  });

  test('have their own limit, because no usage plan covers them', () => {
    const { MethodSettings } = propertiesOf(
      template,
      'AWS::ApiGateway::Stage',
      'ApiRestApiDeploymentStagev1',
    );

    expect(MethodSettings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          HttpMethod: 'PUT',
          ResourcePath: '/~1admin~1overrides~1{scope}~1{key+}',
          ThrottlingRateLimit: 10,
          ThrottlingBurstLimit: 20,
        }),
      ]),
    );
  });
});
