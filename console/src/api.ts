import type { SteadyTraffic } from '../contract/laptop.ts';
import { CONSOLE_ROUTES, TOKEN_HEADER } from '../contract/routes.ts';

import { type OperatorApi, operatorApi, type TenantApi, tenantApi } from './requests.ts';

/** What the page asks of the console's server. */
export interface ConsoleApi {
  /** Sends the page's token to the page's server. */
  readonly fetch: typeof fetch;
  /** The callers' routes, with the key of the tenant. */
  client(tenant: string): TenantApi;
  /** The operators' routes. */
  readonly operator: OperatorApi;
  setTraffic(traffic: SteadyTraffic): Promise<void>;
  startDrill(): Promise<void>;
  /** Heals all faults and stops the drill. */
  stopDrill(): Promise<void>;
}

export function createApi(token: string | undefined): ConsoleApi {
  const withToken: typeof fetch = (input, init = {}) => {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set(TOKEN_HEADER, token);
    return fetch(input, { ...init, headers });
  };
  const change = async (method: string, path: string, body?: unknown) => {
    const response = await withToken(path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(await detailOf(response));
  };
  return {
    fetch: withToken,
    client: (tenant) => tenantApi(withToken, tenant),
    operator: operatorApi(withToken),
    setTraffic: (traffic) => change('PUT', CONSOLE_ROUTES.traffic, traffic),
    startDrill: () => change('POST', CONSOLE_ROUTES.drill),
    stopDrill: () => change('DELETE', CONSOLE_ROUTES.drill),
  };
}

async function detailOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  return typeof body.detail === 'string' ? body.detail : `the server answered ${response.status}`;
}
