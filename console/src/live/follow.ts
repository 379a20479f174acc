import { CONSOLE_ROUTES } from '../../contract/routes.ts';
import type { Snapshot } from '../../contract/snapshot.ts';
import { EventStream } from './event-stream.ts';
import { heard, type LiveState, lost } from './live-state.ts';

export interface FollowOptions {
  /** Sends the page's token. */
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onChange: (state: LiveState) => void;
  /** Ends the following. */
  readonly signal: AbortSignal;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 8_000;
/** The server sends a heartbeat every 15 s. Without two of them, the connection is dead. */
const SILENCE_MS = 35_000;

/**
 * Follows the snapshots: by server-sent events from the laptop, by polling otherwise. It tries again
 * until the signal aborts, and then resolves.
 */
export async function followSnapshots(options: FollowOptions): Promise<void> {
  const { now, sleep, onChange, signal } = options;
  let state: LiveState = {};
  let retryMs = FIRST_RETRY_MS;
  const show = (next: LiveState) => {
    state = next;
    if (!next.lost) retryMs = FIRST_RETRY_MS;
    if (!signal.aborted) onChange(next);
  };
  const receive = (snapshot: Snapshot) => show(heard(snapshot, now()));
  while (!signal.aborted) {
    try {
      const { snapshot, etag } = await readSnapshot(options);
      if (!snapshot) throw new Error('the server sent no snapshot');
      receive(snapshot);
      if (snapshot.instance.updates === 'stream') await stream(options, receive);
      else await poll(options, snapshot, etag, receive);
    } catch (error: unknown) {
      show(lost(state, reasonOf(error), now()));
    }
    await sleep(retryMs, signal);
    retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
  }
}

/** Ends with an error when the server ends the stream or is silent for too long. */
async function stream(
  options: FollowOptions,
  receive: (snapshot: Snapshot) => void,
): Promise<never> {
  const silent = new AbortController();
  const signal = AbortSignal.any([options.signal, silent.signal]);
  const response = await options.fetch(CONSOLE_ROUTES.stream, { signal });
  if (!response.ok || !response.body) throw new Error(await refusalOf(response));
  const events = new EventStream();
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (;;) {
    const heardInTime = new AbortController();
    const watch = AbortSignal.any([options.signal, heardInTime.signal]);
    void options.sleep(SILENCE_MS, watch).then(() => {
      if (!watch.aborted) silent.abort(new Error('the server is silent'));
    });
    const { done, value } = await reader.read().finally(() => heardInTime.abort());
    if (done) throw new Error('the server ended the connection');
    for (const data of events.take(decoder.decode(value, { stream: true }))) {
      receive(JSON.parse(data) as Snapshot);
    }
  }
}

async function poll(
  options: FollowOptions,
  first: Snapshot,
  etagOfFirst: string | null,
  receive: (snapshot: Snapshot) => void,
): Promise<void> {
  let latest = first;
  let etag = etagOfFirst;
  while (!options.signal.aborted) {
    await options.sleep(latest.instance.pollSeconds * 1000, options.signal);
    const read = await readSnapshot(options, etag);
    latest = read.snapshot ?? latest;
    etag = read.etag ?? etag;
    receive(latest);
  }
}

/** Reads the snapshot. It is absent if it has not changed since the one with the ETag. */
async function readSnapshot(
  options: FollowOptions,
  etag?: string | null,
): Promise<{ readonly snapshot?: Snapshot; readonly etag: string | null }> {
  const response = await options.fetch(CONSOLE_ROUTES.snapshot, {
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(10_000)]),
    cache: 'no-store',
    ...(etag && { headers: { 'if-none-match': etag } }),
  });
  if (response.status === 304) return { etag: etag ?? null };
  if (!response.ok) throw new Error(await refusalOf(response));
  const snapshot = (await response.json()) as Snapshot;
  return { snapshot, etag: response.headers.get('etag') };
}

/** Browsers report a connection that fails as a TypeError, each in its own words. */
function reasonOf(error: unknown): string {
  if (error instanceof TypeError) return 'the server does not answer';
  return error instanceof Error ? error.message : String(error);
}

/** Returns the detail of the problem that the server sent. */
async function refusalOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = body.detail ?? body.message;
  return typeof text === 'string' ? text : `the server answered ${response.status}`;
}
