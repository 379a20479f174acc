import { z } from 'zod';
import type { Reply } from '../../console/server/loopback.ts';
import type { Stack } from '../stack.ts';

/** Status and message of the gateway's own responses, unless the template changes them. */
const DEFAULTS = {
  ACCESS_DENIED: [403, 'Forbidden'],
  API_CONFIGURATION_ERROR: [500, 'Internal server error'],
  BAD_REQUEST: [400, 'Bad Request'],
  BAD_REQUEST_BODY: [400, 'Invalid request body'],
  INTEGRATION_FAILURE: [502, 'Internal server error'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out'],
  INVALID_API_KEY: [403, 'Forbidden'],
  INVALID_SIGNATURE: [403, 'The request signature does not match'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token'],
  QUOTA_EXCEEDED: [429, 'Limit Exceeded'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long'],
  THROTTLED: [429, 'Too Many Requests'],
} as const;

export type GatewayResponseType = keyof typeof DEFAULTS;

export type GatewayResponses = (type: GatewayResponseType, requestId: string) => Reply;

const gatewayResponse = z.looseObject({
  RestApiId: z.string(),
  ResponseType: z.string(),
  StatusCode: z.coerce.number().optional(),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
  ResponseTemplates: z.record(z.string(), z.string()).default({}),
});

/** Uses the template's response for a type, else for `DEFAULT_4XX` or `DEFAULT_5XX`, else AWS's own. */
export function readGatewayResponses(stack: Stack, restApiId: string): GatewayResponses {
  const custom = new Map(
    stack
      .resources('AWS::ApiGateway::GatewayResponse', gatewayResponse)
      .filter(({ properties }) => properties.RestApiId === restApiId)
      .map(({ properties }) => [properties.ResponseType, properties]),
  );
  return (type, requestId) => {
    const [defaultStatus, message] = DEFAULTS[type];
    const fallback = defaultStatus < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
    const response = custom.get(type) ?? custom.get(fallback);
    const template =
      response?.ResponseTemplates['application/json'] ?? '{"message":$context.error.messageString}';
    return {
      status: response?.StatusCode ?? defaultStatus,
      headers: {
        'content-type': 'application/json',
        ...responseHeaders(response?.ResponseParameters ?? {}),
      },
      body: fillIn(template, {
        '$context.error.messageString': JSON.stringify(message),
        '$context.error.message': message,
        '$context.error.responseType': type,
        '$context.requestId': requestId,
      }),
    };
  };
}

/** Reads parameters such as `gatewayresponse.header.Retry-After` with a constant in quotes: `'1'`. */
function responseHeaders(parameters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const header = /^gatewayresponse\.header\.(.+)$/.exec(name)?.[1];
      const constant = /^'(.*)'$/.exec(value)?.[1];
      if (header && constant !== undefined) return [header.toLowerCase(), constant];
      throw new Error(
        `gateway response parameter ${name} is not emulated: got ${value}, allowed is a header with a constant in quotes`,
      );
    }),
  );
}

function fillIn(template: string, variables: Readonly<Record<string, string>>): string {
  const allowed = Object.keys(variables).join(', ');
  return template.replace(/\$[a-zA-Z.]+/g, (name) => {
    const value = variables[name];
    if (value === undefined)
      throw new Error(`gateway response variable ${name} is not emulated, allowed are ${allowed}`);
    return value;
  });
}
