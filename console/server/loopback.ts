import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { inspect } from 'node:util';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** An HTTP server that is reachable only from this machine. */
export interface Loopback {
  readonly url: string;
  /** Sets the handler. Requests that arrive earlier get a 503. */
  serve(handler: Handler): void;
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1. It refuses requests for another host, so that a web page whose name was
 * rebound to this address (DNS rebinding) cannot reach the server.
 *
 * @param port the first port to try; 0 takes any free port
 * @param tries the number of ports to try, counted up from `port`
 */
export async function listenOnLoopback(port: number, tries = 1): Promise<Loopback> {
  const server = createServer();
  // Idle connections stay open: closing one while a client writes would lose a request.
  server.keepAliveTimeout = 0;
  await listen(server, port, tries);
  const { port: actualPort } = server.address() as AddressInfo;
  const hosts = new Set([`127.0.0.1:${actualPort}`, `localhost:${actualPort}`]);
  let handle: Handler = (_, response) => {
    response.setHeader('retry-after', '1');
    sendJson(response, 503, { message: 'the server is starting' });
  };
  server.on('request', async (request, response) => {
    if (!hosts.has(request.headers.host ?? '')) {
      return sendJson(response, 403, { message: 'host not allowed, use 127.0.0.1' });
    }
    try {
      await handle(request, response);
    } catch (error: unknown) {
      // A client that disconnects during its request is not an error of the server.
      if (request.destroyed && !request.complete) return;
      process.stderr.write(`${inspect(error)}\n`);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { message: 'the server failed; see its output' });
    }
  });
  return {
    url: `http://127.0.0.1:${actualPort}`,
    serve: (handler) => {
      handle = handler;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Listens on 127.0.0.1, at the first free port from `port` on. It tries up to `tries` ports. */
export async function listen(server: TcpServer, port: number, tries: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error: unknown) {
    if (!isBusy(error) || tries <= 1) throw error;
    await listen(server, port + 1, tries - 1);
  }
}

function isBusy(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE'
  );
}

/** Reads the whole body. Returns undefined if it exceeds `maxBytes`; the rest is discarded. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
    });
    request.on('end', () => resolve(bytes <= maxBytes ? Buffer.concat(chunks) : undefined));
    request.on('error', reject);
  });
}

/** A complete HTTP response. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
}

export function sendReply(
  response: ServerResponse | Http2ServerResponse,
  { status, headers, body }: Reply,
): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  contentType = 'application/json',
): void {
  response.writeHead(status, { 'content-type': contentType }).end(JSON.stringify(body));
}
