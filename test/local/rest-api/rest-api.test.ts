import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Loopback, listenOnLoopback } from '../../../console/server/loopback.ts';
import { createRestApi } from '../../../local/rest-api/rest-api.ts';
import { readStack } from '../../../local/stack.ts';
import { signedHeaders } from '../../support/signed-headers.ts';
import { anAssembly, type Resources } from '../support/assembly.ts';
import { aFakeFunction } from '../support/fake-function.ts';

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:Holdfast-Request';
const servers: Loopback[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

function aMethod(HttpMethod: string, ResourceId: string, more: object = {}) {
  return {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId: { Ref: ResourceId },
      HttpMethod,
      ApiKeyRequired: true,
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'AWS_PROXY',
        Uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`,
      },
      ...more,
    },
  };
}

function aResource(PathPart: string, ParentId: object) {
  return { Type: 'AWS::ApiGateway::Resource', Properties: { PathPart, ParentId } };
}

function api(more: Resources = {}): Resources {
  return {
    Api: { Type: 'AWS::ApiGateway::RestApi' },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' },
    },
    Key: { Type: 'AWS::ApiGateway::ApiKey' },
    Plan: {
      Type: 'AWS::ApiGateway::UsagePlan',
      Properties: { ApiStages: [{ ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' } }] },
    },
    PlanKey: {
      Type: 'AWS::ApiGateway::UsagePlanKey',
      Properties: { KeyId: { Ref: 'Key' }, UsagePlanId: { Ref: 'Plan' }, KeyType: 'API_KEY' },
    },
    Jobs: aResource('jobs', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }),
    Job: aResource('{id}', { Ref: 'Jobs' }),
    PostJobs: aMethod('POST', 'Jobs'),
    GetJob: aMethod('GET', 'Job'),
    ...more,
  };
}

async function startApi(returned: unknown = { statusCode: 200, body: 'ok' }, more: Resources = {}) {
  const stack = readStack(anAssembly({ resources: api(more) }), { sqs: '' });
  const target = aFakeFunction(returned);
  const server = await listenOnLoopback(0);
  servers.push(server);
  const { handler, apiKeys } = createRestApi(stack, new Map([[FUNCTION_ARN, target]]));
  server.serve(handler);
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, { ...init, headers: { 'x-api-key': 'local', ...init.headers } });
  return { call, events: target.events, apiKeys, url: server.url };
}

const MODEL = { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object' };
const POST = { method: 'POST', body: '{"prompt":"x"}' };

describe('a request that the gateway accepts', () => {
  test('reaches the function as a proxy event', async () => {
    const { call, events } = await startApi();

    await call('/v1/jobs/a%2Fb?wait=20&x=1&x=2', { headers: { 'X-Custom': 'c' } });

    expect(events).toEqual([
      expect.objectContaining({
        resource: '/jobs/{id}',
        path: '/jobs/a%2Fb',
        httpMethod: 'GET',
        headers: expect.objectContaining({ 'X-Custom': 'c' }),
        multiValueHeaders: expect.objectContaining({ 'X-Custom': ['c'] }),
        queryStringParameters: { wait: '20', x: '2' },
        multiValueQueryStringParameters: { wait: ['20'], x: ['1', '2'] },
        pathParameters: { id: 'a%2Fb' },
        body: null,
        isBase64Encoded: false,
        requestContext: expect.objectContaining({
          stage: 'v1',
          resourcePath: '/jobs/{id}',
          identity: expect.objectContaining({ apiKeyId: 'Holdfast-Key', sourceIp: '127.0.0.1' }),
        }),
      }),
    ]);
  });

  test('passes its body on as text', async () => {
    const { call, events } = await startApi();

    await call('/v1/jobs', POST);

    expect(events[0]).toMatchObject({ body: POST.body, pathParameters: null });
  });

  test('gets the response of the function', async () => {
    const { call } = await startApi({
      statusCode: 202,
      headers: { Location: '/v1/jobs/a', 'Retry-After': 1 },
      multiValueHeaders: { 'X-Many': ['1', '2'] },
      body: '{}',
    });

    const response = await call('/v1/jobs', POST);

    expect([response.status, await response.text()]).toEqual([202, '{}']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      location: '/v1/jobs/a',
      'retry-after': '1',
      'x-many': '1, 2',
      'content-type': 'application/json',
      'x-amzn-requestid': expect.any(String),
    });
  });

  test('gets a decoded binary body', async () => {
    const body = Buffer.from([0, 255]).toString('base64');
    const { call } = await startApi({ statusCode: 200, body, isBase64Encoded: true });

    const response = await call('/v1/jobs', POST);

    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255]);
  });
});

describe('the response of the gateway itself', () => {
  const jobs = '/v1/jobs';
  test.each([
    ['a request without a key', jobs, { ...POST, headers: { 'x-api-key': '' } }, 403, 'Forbidden'],
    [
      'a request with a wrong key',
      jobs,
      { ...POST, headers: { 'x-api-key': 'x' } },
      403,
      'Forbidden',
    ],
    ['an unknown route', '/v1/nothing', {}, 403, 'Missing Authentication Token'],
    ['a method that the route lacks', jobs, { method: 'PUT' }, 403, 'Missing Authentication Token'],
    ['a path outside the stage', '/jobs', POST, 403, 'Missing Authentication Token'],
    ['a path that looks like a host', '//evil/v1/jobs', {}, 403, 'Missing Authentication Token'],
    ['a path that cannot be decoded', '/v1/jobs/%E0%A4', {}, 400, 'Bad Request'],
    ['a body over 10 MB', jobs, { ...POST, body: 'x'.repeat(10_485_761) }, 413, 'Request Too Long'],
    ['an event over 6 MB', jobs, { ...POST, body: '"'.repeat(4_000_000) }, 413, 'Request Too Long'],
  ])('to %s', async (_, path, init, status, message) => {
    const { call, events } = await startApi();

    const response = await call(path, init);

    expect([response.status, await response.json()]).toEqual([status, { message }]);
    expect(events).toEqual([]);
  });

  test.each([
    ['fails', () => ({ outcome: 'failed', payload: '{"errorMessage":"secret"}' }) as const],
    ['answers without a status', { body: 'x' }],
    ['answers with an object as body', { statusCode: 200, body: {} }],
    ['answers nothing', null],
  ])('is 502 without details when the function %s', async (_, outcome) => {
    const { call } = await startApi(outcome);

    const response = await call('/v1/jobs', POST);

    expect([response.status, await response.json()]).toEqual([
      502,
      { message: 'Internal server error' },
    ]);
  });

  test('is 500 without details when the function is throttled', async () => {
    const { call } = await startApi(() => ({ outcome: 'throttled' }));

    const response = await call('/v1/jobs', POST);

    expect([response.status, await response.json()]).toEqual([
      500,
      { message: 'Internal server error' },
    ]);
  });

  test('is 504 when the function exceeds the timeout of the integration', async () => {
    const slow = () => new Promise<never>(() => undefined);
    const Integration = { ...aMethod('POST', 'Jobs').Properties.Integration, TimeoutInMillis: 50 };
    const { call } = await startApi(slow, { PostJobs: aMethod('POST', 'Jobs', { Integration }) });

    expect((await call('/v1/jobs', POST)).status).toBe(504);
  });

  test('has the body and the headers of the template', async () => {
    const shape = (ResponseType: string, StatusCode: number, ResponseTemplate: string) => ({
      Type: 'AWS::ApiGateway::GatewayResponse',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResponseType,
        StatusCode: String(StatusCode),
        ResponseParameters: {
          'gatewayresponse.header.Content-Type': "'application/problem+json'",
        },
        ResponseTemplates: { 'application/json': ResponseTemplate },
      },
    });
    const { call } = await startApi(undefined, {
      NoRoute: shape('MISSING_AUTHENTICATION_TOKEN', 404, '{"title":"no route"}'),
      Refused: shape('DEFAULT_4XX', 400, '{"title":$context.error.messageString}'),
    });

    const unknown = await call('/v1/nothing');
    const refused = await call('/v1/jobs', { ...POST, headers: { 'x-api-key': 'wrong' } });

    expect([unknown.status, await unknown.json()]).toEqual([404, { title: 'no route' }]);
    expect(unknown.headers.get('content-type')).toBe('application/problem+json');
    expect([refused.status, await refused.json()]).toEqual([400, { title: 'Forbidden' }]);
  });
});

describe('a body that a validator checks', () => {
  const checked = {
    Shape: {
      Type: 'AWS::ApiGateway::Model',
      Properties: { RestApiId: { Ref: 'Api' }, Schema: { ...MODEL, required: ['prompt'] } },
    },
    Validator: {
      Type: 'AWS::ApiGateway::RequestValidator',
      Properties: { RestApiId: { Ref: 'Api' }, ValidateRequestBody: true },
    },
    PostJobs: aMethod('POST', 'Jobs', {
      RequestValidatorId: { Ref: 'Validator' },
      RequestModels: { 'application/json': { Ref: 'Shape' } },
    }),
  };
  const sent = async (body: string, contentType: string) => {
    const { call, events } = await startApi(undefined, checked);
    const response = await call('/v1/jobs', {
      method: 'POST',
      body,
      headers: { 'content-type': contentType },
    });
    return [response.status, events.length, await response.text()];
  };

  test.each(['', 'x', 'null', '[]', '"a"', '1', '{}', '{"Prompt":1}', '{"prompt":'])(
    '%j is refused and does not reach the function',
    async (body) => {
      const refused = [400, 0, '{"message":"Invalid request body"}'];

      expect(await sent(body, 'application/json')).toEqual(refused);
      expect(await sent(body, 'Application/JSON; charset=utf-8')).toEqual(refused);
    },
  );

  test('reaches the function if its type and required fields are right', async () => {
    expect(await sent('{"prompt":[null]}', 'application/json')).toEqual([200, 1, 'ok']);
  });

  test('reaches the function unchecked if its content type has no model', async () => {
    expect(await sent('[]', 'text/plain')).toEqual([200, 1, 'ok']);
  });

  test.each([
    ['a model with more rules', 'Shape', { Schema: { ...MODEL, properties: {} } }],
    ['a model of another type', 'Shape', { Schema: { ...MODEL, type: 'array' } }],
    ['a validator of parameters', 'Validator', { ValidateRequestParameters: true }],
  ])('stops the start if the template has %s', async (_, id, Properties) => {
    const { Type } = checked[id as 'Shape' | 'Validator'];

    await expect(startApi(undefined, { ...checked, [id]: { Type, Properties } })).rejects.toThrow(
      `${Type} ${id} cannot be emulated`,
    );
  });
});

describe('keys', () => {
  test('local is the key of the template, local-2 is a second caller', async () => {
    const { call, events, apiKeys } = await startApi();

    await call('/v1/jobs', POST);
    await call('/v1/jobs', { ...POST, headers: { 'x-api-key': 'local-2' } });

    expect(apiKeys.map(({ id, value }) => [id, value])).toEqual([
      ['Holdfast-Key', 'local'],
      ['local-2', 'local-2'],
    ]);
    expect(events).toMatchObject([
      { requestContext: { identity: { apiKeyId: 'Holdfast-Key' } } },
      { requestContext: { identity: { apiKeyId: 'local-2' } } },
    ]);
  });

  test('a key without a usage plan is refused', async () => {
    const { call } = await startApi(undefined, { Plan: { Type: 'AWS::ApiGateway::UsagePlan' } });

    expect((await call('/v1/jobs', POST)).status).toBe(403);
  });
});

test('a request for a foreign host is refused first', async () => {
  const { url, events } = await startApi();

  const { status, body } = await new Promise<{ status?: number; body: string }>((resolve) => {
    const headers = { host: 'evil.example', 'x-api-key': 'local' };
    request(`${url}/v1/jobs/a`, { headers }, async (response) => {
      resolve({ status: response.statusCode, body: await text(response) });
    }).end();
  });

  expect(status).toBe(403);
  expect(body).toContain('host not allowed');
  expect(events).toEqual([]);
});

describe('a method that IAM authorizes', () => {
  const signedMethod = { AuthorizationType: 'AWS_IAM', ApiKeyRequired: false };
  const start = () => startApi(undefined, { PostJobs: aMethod('POST', 'Jobs', signedMethod) });

  test('passes the signer to the function and needs no key', async () => {
    const { url, events } = await start();
    const headers = await signedHeaders({ url: `${url}/v1/jobs`, ...POST });

    const response = await fetch(`${url}/v1/jobs`, { ...POST, headers });

    expect(response.status).toBe(200);
    expect(events).toMatchObject([
      {
        requestContext: {
          identity: {
            accessKey: 'local',
            userArn: 'arn:aws:iam::000000000000:user/local-admin',
            apiKeyId: null,
          },
        },
      },
    ]);
  });

  test('refuses a request without a valid signature', async () => {
    const { url, events } = await start();
    const forged = await signedHeaders({ url: `${url}/v1/jobs`, ...POST, secretAccessKey: 'x' });

    const responses = [{}, { 'x-api-key': 'local' }, forged].map((headers) =>
      fetch(`${url}/v1/jobs`, { ...POST, headers }),
    );

    expect((await Promise.all(responses)).map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(events).toEqual([]);
  });
});

test.each([
  ['an authorizer', { AuthorizationType: 'CUSTOM' }, 'authorizers are not emulated'],
  ['a mock', { Integration: { Type: 'MOCK', Uri: '' } }, 'integrations other than AWS_PROXY'],
])('a method with %s stops the start', async (_, more, message) => {
  await expect(startApi(undefined, { PostJobs: aMethod('POST', 'Jobs', more) })).rejects.toThrow(
    message,
  );
});
