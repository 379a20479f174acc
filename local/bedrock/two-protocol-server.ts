import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { listen } from '../../console/server/loopback.ts';

export type Protocol = 'HTTP/1.1' | 'HTTP/2';
export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse | Http2ServerResponse;

export interface TwoProtocolServer {
  readonly port: number;
  /** Drops all connections and frees the port. */
  stop(): Promise<void>;
}

/**
 * Serves HTTP/1.1 and cleartext HTTP/2 (prior knowledge) on one loopback port. The first bytes of a
 * connection show the protocol: the SDK's default client speaks HTTP/2, its NodeHttpHandler HTTP/1.1.
 *
 * @param tries the number of ports to try, counted up from `port`
 */
export async function listenOnBothProtocols(
  port: number,
  tries: number,
  handle: (request: Request, response: Response) => void,
  onConnection: (protocol: Protocol) => void,
): Promise<TwoProtocolServer> {
  // Idle connections stay open. If the server closed one while a client reused it, the client would
  // see a failure that no fault rule caused.
  const http1 = createServer({ keepAliveTimeout: 0 }, handle);
  const http2 = createHttp2Server(handle);
  const sockets = new Set<Socket>();

  // Without a delay, because the system would hold the small events of a stream back.
  const tcp = createTcpServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A socket error without a listener would end the process. The calls on the connection notice
    // the loss themselves.
    socket.on('error', () => socket.destroy());
    socket.once('readable', () => {
      const start: Buffer | null = socket.read();
      if (start === null) {
        socket.destroy();
        return;
      }
      socket.unshift(start);
      const protocol = start.toString('latin1', 0, 3) === 'PRI' ? 'HTTP/2' : 'HTTP/1.1';
      onConnection(protocol);
      (protocol === 'HTTP/2' ? http2 : http1).emit('connection', socket);
    });
  });
  await listen(tcp, port, tries);

  return {
    port: (tcp.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        tcp.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Drops the connection of a call without an answer, as a failing network does. */
export function dropConnection(request: Request): void {
  if ('stream' in request) request.stream.session?.destroy();
  else request.socket.resetAndDestroy();
}
