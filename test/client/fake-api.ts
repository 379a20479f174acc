import { clientOf } from '../../client/client.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body?: unknown;
}

type Answer = Response | Error;

/** An API that gives its answers one after the other, and a clock that moves when somebody sleeps. */
export function fakeApi(...answers: readonly Answer[]) {
  const left = [...answers];
  const asked: Asked[] = [];
  const slept: number[] = [];
  let nowMs = 1_000_000;
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    init.signal?.throwIfAborted();
    const { pathname, search } = new URL(String(input));
    asked.push({
      method: init.method ?? 'GET',
      path: `${pathname}${search}`,
      headers: new Headers(init.headers),
      ...(typeof init.body === 'string' && { body: JSON.parse(init.body) }),
    });
    const answer = left.shift();
    if (answer === undefined) throw new Error(`no answer for request ${asked.length}`);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const timer = {
    now: () => nowMs,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      nowMs += ms;
    },
  };
  const options = { url: 'http://127.0.0.1:8787/v1/', apiKey: 'local', fetch };
  return { client: clientOf(options, timer), fetch, asked, slept };
}

export function json(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Response {
  return Response.json(body, { status, headers });
}

export function problem(status: number, headers: Record<string, string> = {}, more = {}): Response {
  const details = { type: 'urn:holdfast:problem:x', title: `Problem ${status}`, status, ...more };
  return Response.json(details, { status, headers });
}

/** `fetch` rejects with a TypeError when a connection is lost. */
export const LOST = new TypeError('fetch failed');
