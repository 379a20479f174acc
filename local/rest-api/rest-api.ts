import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Handler, readBody } from '../loopback.ts';
import type { Stack } from '../stack.ts';
import { type HttpAnswer, readGatewayResponses } from './gateway-response.ts';
import { proxyAnswer, proxyEvent } from './proxy-event.ts';
import { type Invocable, type RouteMatch, readRoutes } from './routes.ts';
import { verifySignature } from './signature.ts';
import { type ApiKey, readUsagePlan } from './usage-plan.ts';

export interface RestApi {
  readonly handler: Handler;
  readonly stage: string;
  readonly id: string;
  readonly apiKeys: readonly ApiKey[];
}

/** The gateway's limit on bodies, and Lambda's on the events of synchronous invocations. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_EVENT_BYTES = 6 * 1024 * 1024;

const restApi = z.looseObject({
  Body: z.undefined({ error: 'an API from an OpenAPI body is not emulated' }).optional(),
});
const stageProperties = z.looseObject({ RestApiId: z.string(), StageName: z.string() });

/** API Gateway's REST API: routes, keys, limits and its own answers, all from the template. */
export function createRestApi(
  stack: Stack,
  functionsByArn: ReadonlyMap<string, Invocable>,
): RestApi {
  const apis = stack.resources('AWS::ApiGateway::RestApi', restApi);
  const [api] = apis;
  if (!api || apis.length > 1) {
    throw new Error(`the template has ${apis.length} REST APIs, the embedded run takes one`);
  }
  const stages = stack.resources('AWS::ApiGateway::Stage', stageProperties);
  const stage = stages.find(({ properties }) => properties.RestApiId === api.ref);
  if (!stage) throw new Error(`no stage of ${api.logicalId} in the template`);

  const { StageName } = stage.properties;
  const routes = readRoutes(stack, api.ref, functionsByArn);
  const refusal = readGatewayResponses(stack, api.ref);
  const plan = readUsagePlan(stack, api.ref);

  return {
    id: api.ref,
    stage: StageName,
    apiKeys: plan.keys,
    handler: async (request, response) => {
      const requestId = randomUUID();
      response.setHeader('x-amzn-requestid', requestId);
      // The body is read in any case: a caller that is still writing hears no answer.
      const body = await readBody(request, MAX_BODY_BYTES);
      send(response, await answer(request, body, requestId));
    },
  };

  async function answer(
    request: IncomingMessage,
    body: Buffer | undefined,
    requestId: string,
  ): Promise<HttpAnswer> {
    const url = URL.parse(`http://${request.headers.host}${request.url}`);
    const path = url && withoutStage(url.pathname, StageName);
    if (!url || !path) return refusal('BAD_REQUEST', requestId);
    const match = routes(request.method ?? '', path);
    if (!match) return refusal('MISSING_AUTHENTICATION_TOKEN', requestId);
    const key = match.route.keyRequired
      ? plan.admit(headerText(request.headers['x-api-key']), Date.now())
      : undefined;
    if (typeof key === 'string') return refusal(key, requestId);
    if (!body) return refusal('REQUEST_TOO_LARGE', requestId);
    const signer = match.route.signed ? verifySignature(request, body, Date.now()) : undefined;
    if (typeof signer === 'string') return refusal(signer, requestId);
    if (!match.route.bodyPasses(request.headers['content-type'], body)) {
      return refusal('BAD_REQUEST_BODY', requestId);
    }
    const input = { request, requestId, restApiId: api?.ref ?? '', stage: StageName, url };
    const event = JSON.stringify(proxyEvent({ ...input, path, match, key, signer, body }));
    if (Buffer.byteLength(event) > MAX_EVENT_BYTES) return refusal('REQUEST_TOO_LARGE', requestId);
    return integrate(match, event, requestId);
  }

  async function integrate(
    { route }: RouteMatch,
    event: string,
    requestId: string,
  ): Promise<HttpAnswer> {
    const result = await withTimeout(route.target.invoke(event), route.timeoutMs);
    if (result === 'timeout') return refusal('INTEGRATION_TIMEOUT', requestId);
    const answered = result.outcome === 'returned' ? proxyAnswer(result.payload) : undefined;
    return answered ?? refusal('INTEGRATION_FAILURE', requestId);
  }
}

/** The path below the stage; undefined for one that cannot be decoded. */
function withoutStage(pathname: string, stage: string): string | undefined {
  try {
    decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  const prefix = `/${stage}`;
  if (pathname === prefix) return '/';
  // Outside the stage there is no route; no resource's path begins with two slashes.
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

function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  response.end(body);
}
