import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/**
 * The most connections to one host. This limit must never bind: a call that waits for a connection
 * spends its time for the first token, and the target gets the blame. A stream holds its connection
 * until its answer ends. A sandbox runs a batch of at most 10 jobs with one call each, and connections
 * that are being closed count for a moment. 50 leaves room, and is far below the 1,024 files that a
 * Lambda sandbox may open.
 */
const OPTIONS = { keepAlive: true, maxSockets: 50 };

/**
 * The pools of connections of this process, which all clients share. A handshake takes milliseconds of a
 * full core: ten at once take a small function longer than the circuit store may take. A connection that
 * one client has opened serves the others too, and further handshakes with its host are shorter.
 */
export const CONNECTIONS = {
  httpAgent: new HttpAgent(OPTIONS),
  httpsAgent: new HttpsAgent(OPTIONS),
} as const;

/** The length of a pause after which an idle connection may be dead. */
const IDLE_MS = 20_000;

/**
 * Drops the idle connections of a sandbox that was not in use for 20 s. Lambda freezes a sandbox between
 * its invocations, and a frozen sandbox does not notice that a server, or a NAT in between, has closed a
 * connection. The first request over it would fail, and calls that are tried only once would be lost: a
 * healthy target or store would get the blame.
 */
export class Thaw {
  #usedAtMs = Number.POSITIVE_INFINITY;

  /** Must be called at the start of each invocation. */
  begin(nowMs: number): void {
    if (nowMs - this.#usedAtMs >= IDLE_MS) dropIdle();
  }

  /** Must be called at the end of each invocation. */
  end(nowMs: number): void {
    this.#usedAtMs = nowMs;
  }
}

function dropIdle(): void {
  for (const { freeSockets } of Object.values(CONNECTIONS)) {
    for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
  }
}
