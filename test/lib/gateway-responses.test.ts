import { describe, expect, test } from '@jest/globals';
import { aTemplate } from '../support/stack.ts';
import { resourcesOf } from '../support/template.ts';

const responses = new Map(
  resourcesOf(aTemplate(), 'AWS::ApiGateway::GatewayResponse').map(({ properties }) => [
    properties.ResponseType,
    properties,
  ]),
);

function bodyOf(type: string): unknown {
  const templates = responses.get(type)?.ResponseTemplates as Record<string, string>;
  return JSON.parse(templates['application/json'] ?? '');
}

describe('a response of the gateway itself', () => {
  test.each([
    ['MISSING_AUTHENTICATION_TOKEN', '404', 'not-found'],
    ['INVALID_API_KEY', '403', 'forbidden'],
    ['ACCESS_DENIED', '403', 'forbidden'],
    ['UNSUPPORTED_MEDIA_TYPE', '415', 'unsupported-media-type'],
    ['THROTTLED', '429', 'too-many-requests'],
    ['QUOTA_EXCEEDED', '429', 'too-many-requests'],
    ['INTEGRATION_TIMEOUT', '504', 'timeout'],
  ])('%s is %s and the problem %s', (type, status, name) => {
    expect(responses.get(type)?.StatusCode).toBe(status);
    expect(bodyOf(type)).toEqual({
      type: `urn:holdfast:problem:${name}`,
      title: expect.stringMatching(/\w/),
      status: Number(status),
      requestId: '$context.requestId',
    });
  });

  test('to a body above the limit says how to upload a file', () => {
    expect(responses.get('REQUEST_TOO_LARGE')?.StatusCode).toBe('413');
    expect(bodyOf('REQUEST_TOO_LARGE')).toMatchObject({
      type: 'urn:holdfast:problem:too-large',
      detail: expect.stringContaining('POST /v1/uploads'),
    });
  });

  test('to a body that the model refuses is the same as that of the function', () => {
    expect(responses.get('BAD_REQUEST_BODY')?.StatusCode).toBe('400');
    expect(bodyOf('BAD_REQUEST_BODY')).toEqual({
      type: 'urn:holdfast:problem:invalid-request',
      title: 'The request is not valid',
      status: 400,
      errors: [{ field: 'body', detail: 'allowed is a JSON object in UTF-8' }],
      requestId: '$context.requestId',
    });
  });

  test.each([
    ['DEFAULT_4XX', 'invalid-request'],
    ['DEFAULT_5XX', 'internal'],
  ])('%s keeps the status of each kind and does not repeat it in the body', (type, name) => {
    expect(responses.get(type)).not.toHaveProperty('StatusCode');
    expect(bodyOf(type)).toEqual({
      type: `urn:holdfast:problem:${name}`,
      title: expect.stringMatching(/\w/),
      requestId: '$context.requestId',
    });
  });

  test('has problem details, and a 429 says when to retry', () => {
    const headers = [...responses.values()].map((each) => [
      each.ResponseType,
      each.ResponseParameters,
    ]);

    const contentType = { 'gatewayresponse.header.Content-Type': "'application/problem+json'" };
    const retryAfter = 'gatewayresponse.header.Retry-After';
    expect(headers).toHaveLength(13);
    for (const [type, parameters] of headers) {
      const more =
        { THROTTLED: { [retryAfter]: "'1'" }, QUOTA_EXCEEDED: { [retryAfter]: "'3600'" } }[
          String(type)
        ] ?? {};
      expect(parameters).toEqual({ ...contentType, ...more });
    }
  });
});
