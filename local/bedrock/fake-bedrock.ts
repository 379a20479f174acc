import { text } from 'node:stream/consumers';
import { sendReply } from '../../console/server/loopback.ts';
import type { Authorize } from '../iam.ts';
import type { AnswerLength } from './answer.ts';
import { type CallFilter, CallLog, type CallRecord, type Statistics } from './call-log.ts';
import { controlPlaneReply } from './control-plane.ts';
import { createConverse, createConverseStream } from './converse.ts';
import { createCountTokens } from './count-tokens.ts';
import { controlReply, isControlPath, isForeign } from './fault-control.ts';
import type { FaultRule, Scenario } from './fault-rule.ts';
import { Faults } from './faults.ts';
import { FAKE_GUARDRAIL, type Guardrail } from './guardrail.ts';
import type { Latency } from './latency.ts';
import { readPath } from './model-call.ts';
import { PromptCache } from './prompt-cache.ts';
import { type LoggedRequest, RequestLog } from './request-log.ts';
import { randomOfCall } from './seeded-random.ts';
import { createCallServer } from './serve-call.ts';
import { jsonReply, serviceErrorReply } from './service-error.ts';
import { listsQuotas, serviceQuotasReply } from './service-quotas.ts';
import { listenOnBothProtocols, type Request, type Response } from './two-protocol-server.ts';

export interface FakeBedrockOptions {
  /** @default any free port */
  readonly port?: number;
  /** The number of ports to try, counted up from `port`. @default 1 */
  readonly tries?: number;
  /** With the same seed and the same calls, everything that is drawn repeats. @default 1 */
  readonly seed?: number;
  /** Fault rules whose times count from the start of the fake. @default none */
  readonly scenario?: Scenario;
  /** The times of answers. @default the first token after 1 ms, and the others with it */
  readonly latency?: Latency;
  /** The lengths of answers. @default answers are short */
  readonly answers?: AnswerLength;
  /** The guardrails that exist. @default one that blocks prompts with the word `forbidden` */
  readonly guardrails?: readonly Guardrail[];
  /** Decides whether a caller may make a call. @default every signed call is allowed */
  readonly authorize?: Authorize;
  /** Draws whether a call to the control plane is throttled. @default none is */
  readonly throttlesControlPlane?: () => boolean;
  /** Returns the time in milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

export interface FakeBedrock {
  /** The endpoint of every region. GET /_control describes the control of faults. */
  readonly url: string;
  /** @returns the id for `clearFault` */
  setFault(rule: FaultRule): string;
  clearFault(id: string): void;
  clearFaults(): void;
  calls(filter?: CallFilter): readonly CallRecord[];
  /** Returns the latest requests, or those of one job, with the bodies that hold the prompts. */
  requests(jobId?: string): readonly LoggedRequest[];
  statistics(): Statistics;
  /** Empties the logs and the statistics. Faults stay. */
  resetLog(): void;
  /** Drops all connections, including those of calls in flight. */
  stop(): Promise<void>;
}

/**
 * A Bedrock runtime on this machine that fails on command. It serves Converse, ConverseStream and
 * CountTokens over HTTP/1.1 and HTTP/2, the part of the control plane that tells when models end, and
 * the list of Service Quotas. The region of a call is the region that the call is signed for.
 */
export async function startFakeBedrock(options: FakeBedrockOptions = {}): Promise<FakeBedrock> {
  const {
    port = 0,
    tries = 1,
    seed = 1,
    scenario = [],
    latency = {},
    answers,
    guardrails = [FAKE_GUARDRAIL],
    authorize,
    throttlesControlPlane = () => false,
    now = Date.now,
  } = options;
  const log = new CallLog(now);
  const requests = new RequestLog();
  const promptCache = new PromptCache(now);
  const faults = new Faults(now);
  for (const rule of scenario) faults.set(rule);
  let callNumber = 0;
  const nextRandom = () => randomOfCall(seed, callNumber++);
  const behavior = { faults, latency, answers };
  const generation = { behavior, nextRandom, guardrails, promptCache, requests };
  const serveCall = createCallServer({
    log,
    authorize,
    operations: {
      converse: createConverse(generation),
      'converse-stream': createConverseStream(generation),
      'count-tokens': createCountTokens(faults, nextRandom),
    },
  });

  const server = await listenOnBothProtocols(
    port,
    tries,
    (request, response) => void serve(request, response).catch(replyToBug(response)),
    (protocol) => log.connected(protocol),
  );
  return {
    url: `http://127.0.0.1:${server.port}`,
    setFault: (rule) => faults.set(rule),
    clearFault: (id) => void faults.clear(id),
    clearFaults: () => faults.clearAll(),
    calls: (filter) => log.calls(filter),
    statistics: () => log.statistics(),
    requests: (jobId) => requests.list(jobId),
    resetLog: () => {
      log.reset();
      requests.reset();
    },
    stop: () => server.stop(),
  };

  async function serve(request: Request, response: Response): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (isControlPath(url.pathname)) return serveControl(request, response, url);
    const call = readPath(url.pathname);
    if (request.method === 'POST' && call) return serveCall(request, response, call);
    const reply = listsQuotas(request)
      ? await replyWithQuotas(request)
      : controlPlaneReply({ request, pathname: url.pathname, nowMs: now(), authorize });
    if (!reply) return sendReply(response, serviceErrorReply('unknown-operation'));
    sendReply(response, throttlesControlPlane() ? serviceErrorReply('throttle-rate') : reply);
  }

  async function replyWithQuotas(request: Request) {
    const { headers } = request;
    const body = await text(request);
    return serviceQuotasReply({ headers, body, faults: faults.list(), nowMs: now(), authorize });
  }

  async function serveControl(request: Request, response: Response, url: URL): Promise<void> {
    if (isForeign(request.headers, server.port)) {
      const message = `host or origin not allowed, use http://127.0.0.1:${server.port}`;
      return sendReply(response, jsonReply(403, { message }));
    }
    const body = await text(request);
    const controlRequest = { method: request.method ?? 'GET', url, body };
    sendReply(response, controlReply(controlRequest, { faults, log, requests, seed }));
  }
}

/** Replies to a bug of the fake with 599, which no client mistakes for a failure of the service. */
function replyToBug(response: Response) {
  return (error: unknown) =>
    sendReply(response, jsonReply(599, { message: `the fake Bedrock failed: ${error}` }));
}
