import type { IncomingMessage, ServerResponse } from 'node:http';
import { CONSOLE_ROUTES } from '../contract/routes.ts';
import { type Api, proxyToApi } from './api-proxy.ts';
import type { Clock } from './clock.ts';
import { opensPage, type Refusal, refuseForeign, refuseWithoutToken } from './guard.ts';
import type { LaptopParts } from './laptop-parts.ts';
import { serveDrill, serveFaults, serveTraffic } from './laptop-routes.ts';
import type { Handler } from './loopback.ts';
import { etagOf, type Page, type PageFile } from './page.ts';
import { sendProblem } from './problem.ts';
import type { SnapshotReader } from './snapshot-reader.ts';
import { streamSnapshots } from './stream.ts';

export interface ConsoleOptions {
  /** Returns the page's files. It is called for each request of a file. */
  readonly page: () => Promise<Page>;
  readonly api: Api;
  readonly reader: SnapshotReader;
  readonly clock: Clock;
  /** Absent for a deployed stack: the laptop's routes and the stream then answer 404. */
  readonly laptop?: LaptopParts;
  /** The token that each request for data must carry. @default none is needed */
  readonly token?: string;
}

/** Serves the page, its data, and the page's requests to the API. */
export function createConsole(options: ConsoleOptions): Handler {
  return async (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const [path = ''] = (request.url ?? '/').split('?');
    if (path !== CONSOLE_ROUTES.page || !opensPage(request)) {
      const refusal = refuseForeign(request);
      if (refusal) return refuse(response, refusal);
    }
    const file = await fileAt(path, options);
    if (file) return sendFile(request, response, file);
    const refusal = refuseWithoutToken(request, options.token);
    if (refusal) return refuse(response, refusal);
    await sendData(request, response, path, options);
  };
}

/** Nothing but the page's own files may be loaded or framed, and no address leaks to a link's target. */
const HEADERS = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

async function sendData(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { api, reader, clock, laptop }: ConsoleOptions,
): Promise<void> {
  response.setHeader('cache-control', 'no-store');
  const { method } = request;
  const rest = (prefix: string) => (request.url ?? '').slice(prefix.length);
  if (path.startsWith(CONSOLE_ROUTES.api)) {
    return proxyToApi(request, response, rest(CONSOLE_ROUTES.api), api);
  }
  if (path === CONSOLE_ROUTES.snapshot && method === 'GET') {
    return sendSnapshot(request, response, reader);
  }
  if (laptop && path === CONSOLE_ROUTES.stream && method === 'GET') {
    return streamSnapshots(response, reader, clock);
  }
  if (laptop?.bedrockControlUrl && path.startsWith(CONSOLE_ROUTES.bedrock)) {
    return serveFaults(request, response, rest(CONSOLE_ROUTES.bedrock), laptop.bedrockControlUrl);
  }
  if (laptop?.traffic && path === CONSOLE_ROUTES.traffic) {
    return serveTraffic(request, response, laptop.traffic);
  }
  if (laptop?.drill && path === CONSOLE_ROUTES.drill) {
    return serveDrill(request, response, laptop.drill);
  }
  sendProblem(response, 404, 'Not found', `the console has no route ${method} ${path}`);
}

async function sendSnapshot(
  request: IncomingMessage,
  response: ServerResponse,
  reader: SnapshotReader,
): Promise<void> {
  const body = JSON.stringify(await reader.read());
  const etag = etagOf(body);
  response.setHeader('etag', etag);
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

async function fileAt(path: string, { page }: ConsoleOptions): Promise<PageFile | undefined> {
  const isFile = path === CONSOLE_ROUTES.page || /^\/console\/[\w-]+\.(js|css|svg)$/.test(path);
  return isFile ? (await page()).get(path) : undefined;
}

function sendFile(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  { contentType, body, etag }: PageFile,
): void {
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    sendProblem(response, 405, 'Method not allowed', `allowed is GET, got ${method}`);
    return;
  }
  // The browser asks each time, because a new version has the same address.
  response.setHeader('cache-control', 'no-cache').setHeader('etag', etag);
  if (headers['if-none-match'] === etag) return void response.writeHead(304).end();
  response.writeHead(200, { 'content-type': contentType, 'content-length': body.length });
  response.end(method === 'HEAD' ? undefined : body);
}

function refuse(response: ServerResponse, { status, detail }: Refusal): void {
  sendProblem(response, status, 'Refused', detail);
}
