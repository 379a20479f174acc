import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AwsEndpoint {
  /** What an SDK client has to be given to talk to it. */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
  close(): Promise<void>;
}

export interface AwsService extends AwsEndpoint {
  /** How many requests came. */
  requests(): number;
}

export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** A service of AWS's JSON protocols that says whatever the test wants it to say next. */
export async function serveAwsService(answer: () => Answer): Promise<AwsService> {
  let requests = 0;
  const endpoint = await serveAwsEndpoint((request, response) => {
    requests += 1;
    request.resume();
    const { status, body } = answer();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(body));
  });
  return { ...endpoint, requests: () => requests };
}

/** Whatever SDK clients with its `config` ask comes to the listener. */
export async function serveAwsEndpoint(listener: RequestListener): Promise<AwsEndpoint> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    config: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
