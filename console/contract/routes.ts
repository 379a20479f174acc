/**
 * The addresses of the console's server. Each answers only requests of its own page: another Host or
 * Origin gets 403. A change needs a body of JSON, or none.
 */
export const CONSOLE_ROUTES = {
  /** GET: the page. */
  page: '/',
  /** GET: a `Snapshot`, with an ETag. */
  snapshot: '/console/snapshot',
  /** GET: server-sent events on the laptop; each `data` is a `Snapshot`. */
  stream: '/console/stream',
  /**
   * Any method: the API's routes below `/v1`. The server adds the key of the tenant that the header
   * `x-console-tenant` names (by default the first), and signs the operators' routes.
   */
  api: '/console/api/',
  /** Any method, on the laptop: the fake Bedrock's routes below `/_control`. */
  bedrock: '/console/bedrock/',
  /** PUT, on the laptop: replaces the `SteadyTraffic`. */
  traffic: '/console/traffic',
  /** POST, on the laptop: starts the outage in three acts. DELETE: heals all faults and stops it. */
  drill: '/console/drill',
} as const;

/** The header that names the tenant for whom a request is made. */
export const TENANT_HEADER = 'x-console-tenant';

/**
 * The header with the token of `holdfast console`. The page takes the token from the address that the
 * command prints, so that no other user of the machine can act with the operator's credentials.
 */
export const TOKEN_HEADER = 'x-console-token';
