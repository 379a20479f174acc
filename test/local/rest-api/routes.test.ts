import { expect, test } from '@jest/globals';
import { compileRoutes } from '../../../local/rest-api/routes.ts';
import { aFakeFunction } from '../support/fake-function.ts';

const routes = compileRoutes(
  ['GET /jobs', 'POST /jobs', 'GET /jobs/{id}', 'GET /jobs/latest', 'PUT /admin/{key+}', 'ANY /']
    .map((each) => each.split(' '))
    .map(([method = '', resource = '']) => ({
      method,
      resource,
      keyRequired: false,
      signed: false,
      bodyPasses: () => true,
      target: aFakeFunction(null),
      timeoutMs: 1000,
    })),
);

test.each([
  ['GET', '/jobs', '/jobs', null],
  ['POST', '/jobs', '/jobs', null],
  ['GET', '/jobs/7', '/jobs/{id}', { id: '7' }],
  ['GET', '/jobs/latest', '/jobs/latest', null],
  ['GET', '/jobs/7/', '/jobs/{id}', { id: '7' }],
  ['PUT', '/admin/target/us-east-1/model', '/admin/{key+}', { key: 'target/us-east-1/model' }],
  ['PATCH', '/', '/', null],
])('%s %s matches the route %s', (method, path, resource, pathParameters) => {
  expect(routes(method, path)).toMatchObject({ route: { resource }, pathParameters });
});

test.each([
  ['DELETE', '/jobs'],
  ['GET', '/jobs/7/more'],
  ['GET', '/job'],
  ['PUT', '/admin/'],
  ['POST', '/jobs/latest'],
])('%s %s matches no route', (method, path) => {
  expect(routes(method, path)).toBeUndefined();
});
