import { type Handler, listenOnLoopback } from '../../console/server/loopback.ts';

export interface AwsEndpoint {
  /** The options with which an SDK client reaches the endpoint. */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
  close(): Promise<void>;
}

export interface AwsService extends AwsEndpoint {
  /** Returns the number of requests so far. */
  requests(): number;
}

export interface ServiceResponse {
  readonly status: number;
  readonly body: object;
}

/** Starts a service of AWS's JSON protocols that sends the responses of a test. */
export async function serveAwsService(respond: () => ServiceResponse): Promise<AwsService> {
  let requests = 0;
  const endpoint = await serveAwsEndpoint((request, response) => {
    requests += 1;
    request.resume();
    const { status, body } = respond();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(body));
  });
  return { ...endpoint, requests: () => requests };
}

/** Starts an HTTP server for SDK clients; the handler receives every request. */
export async function serveAwsEndpoint(handler: Handler): Promise<AwsEndpoint> {
  const server = await listenOnLoopback(0);
  server.serve(handler);
  return {
    config: {
      endpoint: server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    },
    close: () => server.close(),
  };
}
