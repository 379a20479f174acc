import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Settings } from '../contract/policy.ts';
import { type ParsedQuery, parseQuery, type QuerySchema } from '../contract/schemas/queries.ts';

/** Below API Gateway's 10 MB and Lambda's 6 MB, which counts the body as an escaped string. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;

export type Body =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'not-json' }
  | { readonly kind: 'too-large' };

export function readBody({ body, isBase64Encoded }: APIGatewayProxyEvent): Body {
  if (body === null) return { kind: 'not-json' };
  const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes > MAX_BODY_BYTES) return { kind: 'too-large' };
  try {
    return { kind: 'json', value: JSON.parse(isBase64Encoded ? decodeBase64(body) : body) };
  } catch {
    return { kind: 'not-json' };
  }
}

/** The tenant behind the API key; undefined for a call that the gateway let in without a key. */
export function tenantOf(event: APIGatewayProxyEvent, settings: Settings): string | undefined {
  const keyId = event.requestContext.identity.apiKeyId;
  if (!keyId) return undefined;
  return Object.hasOwn(settings.tenants, keyId) ? settings.tenants[keyId] : keyId;
}

export type IdempotencyKey =
  | { readonly valid: true; readonly key?: string }
  | { readonly valid: false };

/** The draft's quoted string, or the bare one that most clients send; one of them means one. */
export function readIdempotencyKey(event: APIGatewayProxyEvent): IdempotencyKey {
  const values = headerValues(event, 'idempotency-key');
  if (values.length === 0) return { valid: true };
  const key = values[0]?.trim().replace(/^"(.*)"$/, '$1') ?? '';
  return values.length === 1 && /^[\x21-\x7e]{1,255}$/.test(key)
    ? { valid: true, key }
    : { valid: false };
}

/** By the values of each name: in the gateway's other view a repeated parameter shows its last. */
export function readQuery<Query>(
  { multiValueQueryStringParameters }: APIGatewayProxyEvent,
  schema: QuerySchema<Query>,
): ParsedQuery<Query> {
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
