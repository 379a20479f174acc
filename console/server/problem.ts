import type { ServerResponse } from 'node:http';

/** Sends problem details (RFC 9457), as the API does, so that the client reads both alike. */
export function sendProblem(
  response: ServerResponse,
  status: number,
  title: string,
  detail: string,
): void {
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ type: 'about:blank', title, status, detail }));
}
