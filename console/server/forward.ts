import type { IncomingMessage, ServerResponse } from 'node:http';
import { explainFailure, failureKind } from './failure.ts';
import { readBody } from './loopback.ts';
import { sendProblem } from './problem.ts';

/** The gateway's limit for an event. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;
/** Longer than the longest wait for a job (20 s) and the gateway's own limit (29 s). */
const LIMIT_MS = 35_000;

/** The only headers of the browser that are passed on, and the only ones of the response. */
const REQUEST_HEADERS = ['accept', 'content-type', 'idempotency-key', 'if-none-match'];
const RESPONSE_HEADERS = [
  'content-type',
  'etag',
  'location',
  'retry-after',
  'x-amzn-requestid',
  'x-amz-apigw-id',
];

export interface Destination {
  readonly url: URL;
  /** Headers that the server adds, such as the key. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof fetch;
}

/**
 * Returns the URL below `base`, or undefined if the path leads elsewhere.
 *
 * @param base without a slash at the end: `http://127.0.0.1:8787/v1`
 * @param path the rest of the request's URL, still encoded, with its query: `jobs?limit=5`
 */
export function urlBelow(base: string, path: string): URL | undefined {
  const url = URL.parse(`${base}/${path}`);
  return url?.href.startsWith(`${base}/`) && !/[\\\s]/.test(path) ? url : undefined;
}

/** Sends a request on and its response back, both with a few headers only. It logs neither. */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { url, headers = {}, fetch: send = fetch }: Destination,
): Promise<void> {
  const { method = 'GET' } = request;
  const body = await readBody(request, MAX_BODY_BYTES);
  if (!body) {
    const detail = `the body has more than ${MAX_BODY_BYTES} bytes`;
    return sendProblem(response, 413, 'Body too large', detail);
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const answer = await send(url, {
      method,
      headers: { ...picked(REQUEST_HEADERS, (name) => request.headers[name]), ...headers },
      ...(body.length > 0 && { body: new Uint8Array(body) }),
      redirect: 'manual',
      signal: AbortSignal.any([gone.signal, AbortSignal.timeout(LIMIT_MS)]),
    });
    const content = Buffer.from(await answer.arrayBuffer());
    const answered = picked(RESPONSE_HEADERS, (name) => answer.headers.get(name) ?? undefined);
    response.writeHead(answer.status, answered).end(content);
  } catch (error: unknown) {
    if (gone.signal.aborted) return;
    const detail = `${url.host}: ${explainFailure(error, 'execute-api:Invoke')}`;
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    if (isLate) sendProblem(response, 504, 'No response in time', detail);
    else if (failureKind(error) === 'refused') sendProblem(response, 403, 'Refused', detail);
    else sendProblem(response, 502, 'Not reachable', detail);
  }
}

function picked(
  names: readonly string[],
  textOf: (name: string) => string | string[] | undefined,
): Record<string, string> {
  const found = names.map((name) => [name, textOf(name)] as const);
  return Object.fromEntries(
    found.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
