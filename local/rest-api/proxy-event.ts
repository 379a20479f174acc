import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Reply } from '../../console/server/loopback.ts';
import { ACCOUNT } from '../resources.ts';
import type { RouteMatch } from './routes.ts';
import type { Credential } from './signature.ts';
import type { ApiKey } from './usage-plan.ts';

export interface ProxyRequest {
  readonly request: IncomingMessage;
  readonly requestId: string;
  readonly restApiId: string;
  readonly stage: string;
  readonly url: URL;
  /** The path without the stage. */
  readonly path: string;
  readonly match: RouteMatch;
  readonly key: ApiKey | undefined;
  /** The signer, if the route requires a signature. */
  readonly signer: Credential | undefined;
  readonly body: Buffer;
}

/** The event of a Lambda proxy integration, payload format 1.0. */
export function proxyEvent(input: ProxyRequest) {
  const { request, requestId, restApiId, stage, url, path, match, key, signer, body } = input;
  const { route, pathParameters } = match;
  const headers = pairs(request.rawHeaders);
  const query = [...url.searchParams];
  return {
    resource: route.resource,
    path,
    httpMethod: request.method,
    headers: Object.fromEntries(headers),
    multiValueHeaders: multiValue(headers),
    queryStringParameters: query.length > 0 ? Object.fromEntries(query) : null,
    multiValueQueryStringParameters: query.length > 0 ? multiValue(query) : null,
    // A REST API, unlike an HTTP API, passes parameters on without decoding them.
    pathParameters,
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT,
      apiId: restApiId,
      domainName: url.host,
      httpMethod: request.method,
      path: `/${stage}${path}`,
      protocol: 'HTTP/1.1',
      requestId,
      requestTimeEpoch: Date.now(),
      resourcePath: route.resource,
      stage,
      identity: {
        apiKey: key?.value ?? null,
        apiKeyId: key?.id ?? null,
        accessKey: signer?.accessKeyId ?? null,
        accountId: signer ? ACCOUNT : null,
        userArn: signer?.userArn ?? null,
        sourceIp: request.socket.remoteAddress,
        userAgent: request.headers['user-agent'] ?? null,
      },
    },
    body: body.length > 0 ? body.toString() : null,
    isBase64Encoded: false,
  };
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  return rawHeaders.flatMap((name, i): [string, string][] =>
    i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? '']] : [],
  );
}

function multiValue(entries: readonly [string, string][]): Record<string, string[]> {
  const byName = Map.groupBy(entries, ([name]) => name);
  return Object.fromEntries(
    [...byName].map(([name, same]) => [name, same.map(([, value]) => value)]),
  );
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const proxyResponse = z.strictObject({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), scalar).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(scalar)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** Reads a function's response. Returns undefined if the gateway would refuse its shape. */
export function proxyReply(payload: string): Reply | undefined {
  const parsed = proxyResponse.safeParse(JSON.parse(payload));
  if (!parsed.success) return undefined;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = parsed.data;
  return {
    status: statusCode,
    headers: {
      'content-type': 'application/json',
      ...lowerCase(headers ?? {}),
      ...lowerCase(multiValueHeaders ?? {}),
    },
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}

function lowerCase<Value>(headers: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
