import { text } from 'node:stream/consumers';
import type { Authorize } from '../iam.ts';
import { type CallFilter, CallLog, type CallRecord, type Statistics } from './call-log.ts';
import { CONTROL_PREFIX, control, isForeign } from './control.ts';
import { catalogueReply } from './control-plane.ts';
import { createConverse } from './converse.ts';
import { createCountTokens } from './count-tokens.ts';
import type { FaultRule, Scenario } from './fault-rule.ts';
import { Faults } from './faults.ts';
import type { Latency } from './latency.ts';
import { readPath } from './operation.ts';
import { jsonReply, sendReply } from './reply.ts';
import { createCallServer } from './serve-call.ts';
import { serviceErrorReply } from './service-error.ts';
import { listenOnBothProtocols, type Request, type Response } from './two-protocol-server.ts';

export interface FakeBedrockOptions {
  /** @default any free port */
  readonly port?: number;
  /** How many ports to try, counted up from the first. @default 1 */
  readonly tries?: number;
  /** Same seed and same order of calls, same latencies and brownouts. @default 1 */
  readonly seed?: number;
  /** Faults that come and go by themselves, counted from the start. @default none */
  readonly scenario?: Scenario;
  /** @default a median of 150 ms and 1 ms for each token of the answer */
  readonly latency?: Latency;
  /** Asked before each call. @default every signed call is allowed */
  readonly authorize?: Authorize;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

export interface FakeBedrock {
  /** The endpoint of every region; `/_control/` sets faults (see control.ts). */
  readonly url: string;
  /** @returns the id to clear it by */
  setFault(rule: FaultRule): string;
  clearFault(id: string): void;
  clearFaults(): void;
  calls(filter?: CallFilter): readonly CallRecord[];
  statistics(): Statistics;
  /** Empties log and statistics; faults stay. */
  resetLog(): void;
  /** Drops all connections, also of calls in flight. */
  stop(): Promise<void>;
}

/**
 * A Bedrock runtime on this machine that speaks Converse and CountTokens over HTTP/1.1 and HTTP/2
 * and fails on command, and as much of the control plane as tells when models end. The region of a
 * call is the one it is signed for.
 */
export async function startFakeBedrock(options: FakeBedrockOptions = {}): Promise<FakeBedrock> {
  const {
    port = 0,
    tries = 1,
    seed = 1,
    scenario = [],
    latency = {},
    authorize,
    now = Date.now,
  } = options;
  const log = new CallLog(now);
  const faults = new Faults(now);
  for (const rule of scenario) faults.set(rule);
  const serveCall = createCallServer({
    ...{ log, authorize },
    operations: {
      converse: createConverse({ faults, latency, seed }),
      'count-tokens': createCountTokens(faults),
    },
  });

  const server = await listenOnBothProtocols(
    port,
    tries,
    (request, response) => void serve(request, response).catch(fail(response)),
    (protocol) => log.connected(protocol),
  );
  return {
    url: `http://127.0.0.1:${server.port}`,
    setFault: (rule) => faults.set(rule),
    clearFault: (id) => void faults.clear(id),
    clearFaults: () => faults.clearAll(),
    calls: (filter) => log.calls(filter),
    statistics: () => log.statistics(),
    resetLog: () => log.reset(),
    stop: () => server.stop(),
  };

  async function serve(request: Request, response: Response): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const called = readPath(url.pathname);
    if (url.pathname.startsWith(CONTROL_PREFIX)) return serveControl(request, response, url);
    if (request.method === 'POST' && called) return serveCall(request, response, called);
    const asked = { request, pathname: url.pathname, nowMs: now(), authorize };
    sendReply(response, catalogueReply(asked) ?? serviceErrorReply('unknown-operation'));
  }

  async function serveControl(request: Request, response: Response, url: URL): Promise<void> {
    if (isForeign(request.headers, server.port)) {
      return sendReply(response, jsonReply(403, { message: 'host not allowed, use 127.0.0.1' }));
    }
    const body = await text(request);
    sendReply(response, control({ method: request.method ?? 'GET', url, body }, faults, log));
  }
}

/** A bug of the fake must not look like one of the service. */
function fail(response: Response) {
  return (error: unknown) =>
    sendReply(response, jsonReply(599, { message: `the fake Bedrock failed: ${error}` }));
}
