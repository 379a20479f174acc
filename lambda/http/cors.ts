import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

/** What a page of an allowed origin may send, and read beside the body. */
const ALLOWED_HEADERS = 'content-type, x-api-key, idempotency-key';
const ALLOWED_METHODS = 'GET, POST, DELETE';
const EXPOSED_HEADERS = 'location, retry-after';
/** Chrome keeps the answer to a preflight for two hours at most. */
const PREFLIGHT_SECONDS = 7_200;

/** Reads the origins of the environment variable: a list with spaces; absent: none. */
export function originsOf(text: string | undefined): readonly string[] {
  return text?.split(' ').filter((origin) => origin !== '') ?? [];
}

/**
 * Lets the pages of the allowed origins read a response, and answers their preflight requests. Without
 * allowed origins, responses stay as they are.
 */
export async function withCors(
  origins: readonly string[],
  event: APIGatewayProxyEvent,
  respond: () => Promise<APIGatewayProxyResult>,
): Promise<APIGatewayProxyResult> {
  if (origins.length === 0) return respond();
  const origin = originOf(event);
  const isAllowed = origin !== undefined && origins.includes(origin);
  const response = event.httpMethod === 'OPTIONS' ? preflight(isAllowed) : await respond();
  return {
    ...response,
    headers: {
      ...response.headers,
      // A cache must not give one origin's response to another.
      vary: 'origin',
      ...(isAllowed && {
        'access-control-allow-origin': origin,
        'access-control-expose-headers': EXPOSED_HEADERS,
      }),
    },
  };
}

/** Header names keep the case in which the caller wrote them. */
function originOf({ headers }: APIGatewayProxyEvent): string | undefined {
  const entry = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'origin');
  return entry?.[1];
}

function preflight(isAllowed: boolean): APIGatewayProxyResult {
  return {
    statusCode: 204,
    headers: {
      ...(isAllowed && {
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-allow-methods': ALLOWED_METHODS,
        'access-control-max-age': String(PREFLIGHT_SECONDS),
      }),
    },
    body: '',
  };
}
