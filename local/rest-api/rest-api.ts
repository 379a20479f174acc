import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { type Handler, type Reply, readBody, sendReply } from '../../console/server/loopback.ts';
import type { Stack } from '../stack.ts';
import { readGatewayResponses } from './gateway-response.ts';
import { proxyEvent, proxyReply } from './proxy-event.ts';
import { type Invocable, type RouteMatch, readRoutes } from './routes.ts';
import { verifySignature } from './signature.ts';
import { type ApiKey, readUsagePlan } from './usage-plan.ts';

export interface RestApi {
  readonly handler: Handler;
  /** The name of the stage, which is the first segment of every path. */
  readonly stage: string;
  readonly id: string;
  readonly apiKeys: readonly ApiKey[];
}

/** The gateway's limit for bodies, and Lambda's limit for events of synchronous invocations. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_EVENT_BYTES = 6 * 1024 * 1024;

const restApi = z.looseObject({
  Body: z.undefined({ error: 'an API from an OpenAPI body is not emulated' }).optional(),
});
const stageProperties = z.looseObject({ RestApiId: z.string(), StageName: z.string() });

/** Emulates the template's REST API: its routes, keys, limits and gateway responses. */
export function createRestApi(
  stack: Stack,
  functionsByArn: ReadonlyMap<string, Invocable>,
): RestApi {
  const apis = stack.resources('AWS::ApiGateway::RestApi', restApi);
  const [api] = apis;
  if (!api || apis.length > 1) {
    throw new Error(
      `the template has ${apis.length} REST APIs, but the embedded run needs exactly one`,
    );
  }
  const { ref: restApiId, logicalId } = api;
  const stages = stack.resources('AWS::ApiGateway::Stage', stageProperties);
  const stage = stages.find(({ properties }) => properties.RestApiId === restApiId);
  if (!stage) throw new Error(`the template has no stage for the REST API ${logicalId}`);

  const { StageName } = stage.properties;
  const routes = readRoutes(stack, restApiId, functionsByArn);
  const gatewayReply = readGatewayResponses(stack, restApiId);
  const plan = readUsagePlan(stack, restApiId);

  return {
    id: restApiId,
    stage: StageName,
    apiKeys: plan.keys,
    handler: async (request, response) => {
      const requestId = randomUUID();
      response.setHeader('x-amzn-requestid', requestId);
      // The body is always read, because a caller that is still writing would miss the response.
      const body = await readBody(request, MAX_BODY_BYTES);
      sendReply(response, await replyTo(request, body, requestId));
    },
  };

  async function replyTo(
    request: IncomingMessage,
    body: Buffer | undefined,
    requestId: string,
  ): Promise<Reply> {
    const url = URL.parse(`http://${request.headers.host}${request.url}`);
    const path = url && withoutStage(url.pathname, StageName);
    if (!url || !path) return gatewayReply('BAD_REQUEST', requestId);
    const match = routes(request.method ?? '', path);
    if (!match) return gatewayReply('MISSING_AUTHENTICATION_TOKEN', requestId);
    const key = match.route.keyRequired
      ? plan.admit(headerText(request.headers['x-api-key']), Date.now())
      : undefined;
    if (typeof key === 'string') return gatewayReply(key, requestId);
    if (!body) return gatewayReply('REQUEST_TOO_LARGE', requestId);
    const signer = match.route.signed ? verifySignature(request, body, Date.now()) : undefined;
    if (typeof signer === 'string') return gatewayReply(signer, requestId);
    if (!match.route.bodyPasses(request.headers['content-type'], body)) {
      return gatewayReply('BAD_REQUEST_BODY', requestId);
    }
    const event = JSON.stringify(
      proxyEvent({
        request,
        requestId,
        restApiId,
        stage: StageName,
        url,
        path,
        match,
        key,
        signer,
        body,
      }),
    );
    if (Buffer.byteLength(event) > MAX_EVENT_BYTES)
      return gatewayReply('REQUEST_TOO_LARGE', requestId);
    return invoke(match, event, requestId);
  }

  async function invoke({ route }: RouteMatch, event: string, requestId: string): Promise<Reply> {
    const result = await withTimeout(route.target.invoke(event), route.timeoutMs);
    if (result === 'timeout') return gatewayReply('INTEGRATION_TIMEOUT', requestId);
    // The gateway does not pass Lambda's 429 on: its log then says "Rate Exceeded".
    if (result.outcome === 'throttled') return gatewayReply('API_CONFIGURATION_ERROR', requestId);
    const reply = result.outcome === 'returned' ? proxyReply(result.payload) : undefined;
    return reply ?? gatewayReply('INTEGRATION_FAILURE', requestId);
  }
}

/** Returns the path below the stage, or undefined if it cannot be decoded. */
function withoutStage(pathname: string, stage: string): string | undefined {
  try {
    decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  const prefix = `/${stage}`;
  if (pathname === prefix) return '/';
  // A path outside the stage must match no route, and no resource's path begins with two slashes.
  return pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : `/${pathname}`;
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

async function withTimeout<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
): Promise<Value | 'timeout'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, 'timeout');
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
