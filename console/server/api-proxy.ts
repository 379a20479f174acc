import type { IncomingMessage, ServerResponse } from 'node:http';
import { TENANT_HEADER } from '../contract/routes.ts';
import { forward, urlBelow } from './forward.ts';
import { sendProblem } from './problem.ts';

/** A tenant for whom the console can submit jobs. */
export interface TenantKey {
  readonly tenant: string;
  readonly apiKey: string;
}

export interface Api {
  /** Without a slash at the end: `http://127.0.0.1:8787/v1`. */
  readonly url: string;
  readonly tenants: readonly TenantKey[];
  /** Signs requests with the operator's credentials. */
  readonly signedFetch: typeof fetch;
}

/**
 * Sends a request of the page to the API: as an operator to the routes below `/admin`, as a tenant to
 * all others.
 *
 * @param path the rest of the request's URL, still encoded: `jobs?limit=5`
 */
export async function proxyToApi(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  api: Api,
): Promise<void> {
  const url = urlBelow(api.url, path);
  if (!url) return sendProblem(response, 400, 'Not a path of the API', 'the path leads elsewhere');
  if (url.href.startsWith(`${api.url}/admin/`)) {
    return forward(request, response, { url, fetch: api.signedFetch });
  }
  const wanted = request.headers[TENANT_HEADER];
  const key = api.tenants.find(({ tenant }) => wanted === undefined || tenant === wanted);
  if (!key) {
    const known = api.tenants.map(({ tenant }) => tenant).join(', ') || 'none';
    return sendProblem(response, 400, 'Unknown tenant', `${TENANT_HEADER}: allowed is ${known}`);
  }
  return forward(request, response, { url, headers: { 'x-api-key': key.apiKey } });
}
