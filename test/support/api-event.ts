import type { APIGatewayProxyEvent } from 'aws-lambda';

export interface ApiEventOptions {
  readonly route?: string;
  readonly id?: string;
  readonly body?: string | null;
  readonly apiKeyId?: string;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly isBase64Encoded?: boolean;
}

/** What API Gateway hands to a function for a matched route; only what is read is filled in. */
export function anApiEvent({
  route = 'GET /jobs/{id}',
  id,
  body = null,
  apiKeyId = 'key',
  headers = {},
  isBase64Encoded = false,
}: ApiEventOptions): APIGatewayProxyEvent {
  const [httpMethod = '', resource = ''] = route.split(' ');
  const path = resource.replace('{id}', id ?? '');
  const multiValueHeaders = Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, [...values]]),
  );
  return {
    httpMethod,
    resource,
    path,
    body,
    isBase64Encoded,
    headers: {},
    multiValueHeaders,
    pathParameters: id === undefined ? null : { id },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    stageVariables: null,
    requestContext: {
      requestId: 'request-id',
      path: `/v1${path}`,
      identity: { apiKeyId },
    } as APIGatewayProxyEvent['requestContext'],
  };
}
