import type { APIGatewayProxyEvent } from 'aws-lambda';

export interface ApiEventOptions {
  readonly route?: string;
  readonly id?: string;
  /** The path that the caller wrote. @default the stage and the resource */
  readonly callerPath?: string;
  readonly body?: string | null;
  readonly apiKeyId?: string;
  /** The path parameters, percent-encoded as in the URL. @default the id */
  readonly pathParameters?: Readonly<Record<string, string>>;
  /** The ARN of the signer, for a route that IAM authorizes. */
  readonly userArn?: string;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  /** All decoded values of each query parameter. */
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly isBase64Encoded?: boolean;
}

/** Builds the event that API Gateway sends for a matched route, with the fields that the functions read. */
export function anApiEvent({
  route = 'GET /jobs/{id}',
  id,
  callerPath,
  body = null,
  apiKeyId = 'key',
  pathParameters = id === undefined ? undefined : { id },
  userArn,
  headers = {},
  query = {},
  isBase64Encoded = false,
}: ApiEventOptions): APIGatewayProxyEvent {
  const [httpMethod = '', resource = ''] = route.split(' ');
  const path = resource.replace('{id}', id ?? '');
  return {
    httpMethod,
    resource,
    path,
    body,
    isBase64Encoded,
    headers: {},
    multiValueHeaders: multiValue(headers),
    pathParameters: pathParameters ?? null,
    queryStringParameters: null,
    multiValueQueryStringParameters: Object.keys(query).length > 0 ? multiValue(query) : null,
    stageVariables: null,
    requestContext: {
      requestId: 'request-id',
      path: callerPath ?? `/v1${path}`,
      identity: { apiKeyId, userArn: userArn ?? null },
    } as APIGatewayProxyEvent['requestContext'],
  };
}

function multiValue(entries: Readonly<Record<string, readonly string[]>>) {
  return Object.fromEntries(Object.entries(entries).map(([name, values]) => [name, [...values]]));
}
