import type { IncomingMessage, ServerResponse } from 'node:http';
import { MOST_TRAFFIC } from '../contract/laptop.ts';
import { forward, urlBelow } from './forward.ts';
import type { DrillControl, TrafficControl } from './laptop-parts.ts';
import { readBody, sendJson } from './loopback.ts';
import { sendProblem } from './problem.ts';

const MAX_BODY_BYTES = 1024;
/** A message quotes at most this many characters of a wrong value. */
const LONGEST_SHOWN = 50;

/** Sends a request to the fake Bedrock's control, which is another origin. */
export async function serveFaults(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  controlUrl: string,
): Promise<void> {
  const url = urlBelow(controlUrl, path);
  if (!url)
    return sendProblem(response, 400, 'Not a path of the control', 'the path leads elsewhere');
  return forward(request, response, { url });
}

/** PUT sets the steady traffic, and returns it. */
export async function serveTraffic(
  request: IncomingMessage,
  response: ServerResponse,
  traffic: TrafficControl,
): Promise<void> {
  const { method } = request;
  if (method !== 'PUT') return refuseMethod(response, method, 'PUT');
  const rate = rateIn(String((await readBody(request, MAX_BODY_BYTES)) ?? ''));
  if (!isAllowed(rate)) {
    const got = (JSON.stringify(rate) ?? 'nothing').slice(0, LONGEST_SHOWN);
    const detail = `jobsPerSecond: got ${got}, allowed is a number from 0 to ${MOST_TRAFFIC}`;
    return sendProblem(response, 400, 'Invalid traffic', detail);
  }
  traffic.set({ jobsPerSecond: rate });
  sendJson(response, 200, traffic.current());
}

/** POST starts the outage in three acts, and DELETE heals all faults and stops it. */
export async function serveDrill(
  { method }: IncomingMessage,
  response: ServerResponse,
  drill: DrillControl,
): Promise<void> {
  if (method === 'DELETE') {
    drill.stop();
    return void response.writeHead(204).end();
  }
  if (method !== 'POST') return refuseMethod(response, method, 'POST, DELETE');
  if (!drill.start()) {
    return sendProblem(response, 409, 'Already running', 'stop the outage that is running first');
  }
  sendJson(response, 202, drill.current());
}

function rateIn(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return (value as { readonly jobsPerSecond?: unknown } | null)?.jobsPerSecond;
  } catch {
    return undefined;
  }
}

function isAllowed(rate: unknown): rate is number {
  return typeof rate === 'number' && rate >= 0 && rate <= MOST_TRAFFIC;
}

function refuseMethod(response: ServerResponse, method: string | undefined, allow: string): void {
  response.setHeader('allow', allow);
  sendProblem(response, 405, 'Method not allowed', `allowed is ${allow}, got ${method}`);
}
