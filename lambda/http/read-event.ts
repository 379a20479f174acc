import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Settings } from '../contract/policy.ts';
import { invalid, type Parsed } from '../contract/schemas/faults.ts';
import { parseQuery, type QuerySchema } from '../contract/schemas/queries.ts';
import { exceededLimit, type JsonLimits } from './json-values.ts';

/**
 * The largest body that is accepted. It is less than the limits of API Gateway (10 MB) and Lambda
 * (6 MB, with the body as an escaped string).
 */
const MAX_BODY_BYTES = 5 * 1024 * 1024;

/**
 * Some times as many values as 1,000 messages have, which take a few MB of memory. A request of
 * Converse needs a dozen levels, and a tool's schema has its own.
 */
export const BODY_LIMITS: JsonLimits = { values: 20_000, depth: 100 };

export type Body =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'not-json' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'too-complex'; readonly limit: keyof JsonLimits };

export function readBody({ body, isBase64Encoded }: APIGatewayProxyEvent): Body {
  if (body === null) return { kind: 'not-json' };
  const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes > MAX_BODY_BYTES) return { kind: 'too-large' };
  try {
    const text = isBase64Encoded ? decodeBase64(body) : body;
    const limit = exceededLimit(text, BODY_LIMITS);
    if (limit) return { kind: 'too-complex', limit };
    return { kind: 'json', value: JSON.parse(text) };
  } catch {
    return { kind: 'not-json' };
  }
}

/** Returns the tenant of the API key; undefined if the gateway let in a call without a key. */
export function tenantOf(event: APIGatewayProxyEvent, settings: Settings): string | undefined {
  const keyId = event.requestContext.identity.apiKeyId;
  if (!keyId) return undefined;
  return Object.hasOwn(settings.tenants, keyId) ? settings.tenants[keyId] : keyId;
}

/** Returns the id in the path of a job. It may be anything that the caller wrote there. */
export function readJobId({ pathParameters }: APIGatewayProxyEvent): string {
  return pathParameters?.id ?? '';
}

/**
 * Returns a path parameter, decoded once: a REST API passes it on as it was sent. Returns undefined if
 * it is absent or cannot be decoded.
 */
export function readPathParameter(
  { pathParameters }: APIGatewayProxyEvent,
  name: string,
): string | undefined {
  const value = pathParameters?.[name];
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/**
 * Reads the idempotency key, with or without quotes. The IETF draft asks for a quoted string, but
 * most clients send no quotes. Both forms are the same key.
 */
export function readIdempotencyKey(event: APIGatewayProxyEvent): Parsed<string | undefined> {
  const [value, ...others] = headerValues(event, 'idempotency-key');
  if (value === undefined) return { valid: true, value };
  const key = value.trim().replace(/^"(.*)"$/, '$1');
  return others.length === 0 && /^[\x21-\x7e]{1,255}$/.test(key)
    ? { valid: true, value: key }
    : invalid('Idempotency-Key', 'allowed is one value of 1 to 255 visible ASCII characters');
}

/**
 * Parses the query with all values of each parameter; `queryStringParameters` has only the last
 * value.
 */
export function readQuery<Query>(
  { multiValueQueryStringParameters }: APIGatewayProxyEvent,
  schema: QuerySchema<Query>,
): Parsed<Query> {
  return parseQuery(schema, multiValueQueryStringParameters ?? {});
}

function headerValues(event: APIGatewayProxyEvent, name: string): readonly string[] {
  const all = Object.entries(event.multiValueHeaders ?? event.headers ?? {});
  return all.flatMap(([header, value]) =>
    header.toLowerCase() === name && value !== undefined ? value : [],
  );
}

function decodeBase64(body: string): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(body, 'base64'));
}
