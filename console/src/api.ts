import { createCall } from '../../client/call.ts';
import type { Client, OperatorClient } from '../../client/client.ts';
import { createOperatorClient } from '../../client/operator-client.ts';
import { REAL_TIME } from '../../client/pause.ts';
import { submitJob } from '../../client/submit.ts';
import { waitForJob } from '../../client/wait.ts';
import type { SteadyTraffic } from '../contract/laptop.ts';
import { CONSOLE_ROUTES, TENANT_HEADER, TOKEN_HEADER } from '../contract/routes.ts';

/** What the page asks of the console's server. */
export interface ConsoleApi {
  /** Sends the page's token to the page's server. */
  readonly fetch: typeof fetch;
  /** The callers' routes, with the key of the tenant. */
  client(tenant: string): Pick<Client, 'submit' | 'wait'>;
  /** The operators' routes. */
  readonly operator: OperatorClient;
  setTraffic(traffic: SteadyTraffic): Promise<void>;
  startDrill(): Promise<void>;
  /** Heals all faults and stops the drill. */
  stopDrill(): Promise<void>;
}

/** The API, as the console's server passes it on. A client's address has no slash at its end. */
const url = CONSOLE_ROUTES.api.replace(/\/$/, '');

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
    client: (tenant) => {
      // The whole client would not fit into the page's 40 kB.
      const call = createCall({ url, fetch: withToken, headers: { [TENANT_HEADER]: tenant } });
      return {
        submit: (request, options) => submitJob(call, REAL_TIME, request, options),
        wait: (jobId, options) => waitForJob(call, REAL_TIME, jobId, options),
      };
    },
    operator: createOperatorClient({ url, fetch: withToken }),
    setTraffic: (traffic) => change('PUT', CONSOLE_ROUTES.traffic, traffic),
    startDrill: () => change('POST', CONSOLE_ROUTES.drill),
    stopDrill: () => change('DELETE', CONSOLE_ROUTES.drill),
  };
}

async function detailOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  return typeof body.detail === 'string' ? body.detail : `the server answered ${response.status}`;
}
