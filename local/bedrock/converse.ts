import { text } from 'node:stream/consumers';
import { modelFacts } from '../../lambda/contract/models.ts';
import type { Authorize } from '../iam.ts';
import { type Answer, answer } from './answer.ts';
import type { CallLog, EndCall, EndOutcome, Protocol } from './call-log.ts';
import { chanceOfCall } from './chance.ts';
import { type Conversation, parseConversation } from './conversation.ts';
import type { FailingRule, Faults } from './faults.ts';
import { drawLatencyMs, type Latency } from './latency.ts';
import { modelDenial } from './model-denial.ts';
import { jsonReply, type Reply, sendReply } from './reply.ts';
import { queueEstimate, type ServiceErrorKind, serviceErrorReply } from './service-error.ts';
import { dropConnection, type Request, type Response } from './two-protocol-server.ts';

export interface ConverseOptions {
  readonly log: CallLog;
  readonly faults: Faults;
  readonly latency: Latency;
  readonly seed: number;
  readonly authorize?: Authorize;
}

/** What becomes of a call. */
type Fate =
  | { readonly kind: 'refusal'; readonly outcome: EndOutcome; readonly reply: Reply }
  | { readonly kind: 'hang' | 'reset' }
  | {
      readonly kind: 'answer';
      readonly answer: Answer;
      readonly latencyMs: number;
      /** For when the call ends, also if the caller left: the model generates to the end. */
      readonly settle: () => void;
    };

/** A call that is being served. */
interface Exchange {
  readonly request: Request;
  readonly response: Response;
  /** The answer is out, or the caller has left. */
  readonly closed: Promise<void>;
  readonly end: EndCall;
}

/** What a proxy between caller and service answers when it cannot reach the service. */
const PROXY_ERROR: Reply = {
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: '<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>',
};

/** The Converse operation. Every signed call is in the log from its arrival to its end. */
export function createConverse({ log, faults, latency, seed, authorize }: ConverseOptions) {
  let callNumber = 0;

  return async (request: Request, response: Response, model: string): Promise<void> => {
    const region = signedRegion(request.headers.authorization);
    if (region === undefined) return sendReply(response, serviceErrorReply('unsigned'));
    // Listened for before the first await, so that a caller who leaves early is not missed.
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return; // The caller left while it was sending.

    const conversation = parseConversation(body, modelFacts({ region, modelId: model }));
    const end = log.begin({
      region,
      model,
      protocol: protocolOf(request),
      ...sizeOf(conversation),
    });
    const denial = authorize && modelDenial(authorize, request.headers, region, model);
    fulfil(decide(region, model, conversation, denial), { request, response, closed, end });
  };

  function decide(
    region: string,
    model: string,
    conversation: Conversation | string,
    denial: string | undefined,
  ): Fate {
    if (denial !== undefined) return refusal('access-denied', { message: denial });
    if (typeof conversation === 'string') return refusal('validation', { message: conversation });
    const random = chanceOfCall(seed, callNumber++);
    const { inputTokens, maxTokens } = conversation;
    const answered = answer(model, conversation);
    const latencyMs = drawLatencyMs(latency, model, answered.usage.outputTokens, random);
    const met = faults.meet(region, model, inputTokens + maxTokens, random);
    if (met.failure) return failure(met.failure, model);
    return {
      kind: 'answer',
      answer: answered,
      latencyMs: latencyMs * met.slowdown,
      settle: () => met.settle(answered.usage),
    };
  }
}

/** `Credential=KEY/20261123/us-east-1/bedrock/aws4_request`: one port serves all regions. */
function signedRegion(authorization = ''): string | undefined {
  return /Credential=[^/]+\/\d+\/([^/]+)\/bedrock\/aws4_request/.exec(authorization)?.[1];
}

function protocolOf(request: Request): Protocol {
  return request.httpVersionMajor === 2 ? 'HTTP/2' : 'HTTP/1.1';
}

function sizeOf(conversation: Conversation | string) {
  if (typeof conversation === 'string') return { inputTokens: 0, maxTokens: 0 };
  const { inputTokens, maxTokens, jobId } = conversation;
  return { inputTokens, maxTokens, jobId };
}

function refusal(
  kind: ServiceErrorKind & EndOutcome,
  extra?: Readonly<Record<string, unknown>>,
): Fate {
  return { kind: 'refusal', outcome: kind, reply: serviceErrorReply(kind, extra) };
}

function failure(rule: FailingRule, model: string): Fate {
  switch (rule.fault) {
    case 'hang':
    case 'reset':
      return { kind: rule.fault };
    case 'html-503':
      return { kind: 'refusal', outcome: rule.fault, reply: PROXY_ERROR };
    case 'reply': {
      const { status, headers, body = '' } = rule;
      const reply = { status, headers: { 'content-type': 'application/json', ...headers }, body };
      return { kind: 'refusal', outcome: rule.fault, reply };
    }
    case 'unavailable':
      return refusal(
        'unavailable',
        rule.expectedQueueDelayInMs === undefined ? {} : queueEstimate(rule.expectedQueueDelayInMs),
      );
    case 'model-error':
      return refusal('model-error', { originalStatusCode: 500, resourceName: model });
    default:
      return refusal(rule.fault);
  }
}

function fulfil(fate: Fate, exchange: Exchange): void {
  const { request, response, closed, end } = exchange;
  switch (fate.kind) {
    case 'refusal':
      end(fate.outcome, fate.reply.status);
      sendReply(response, fate.reply);
      break;
    case 'reset':
      end('reset');
      dropConnection(request);
      break;
    case 'hang':
      closed.then(() => end('hang'));
      break;
    case 'answer':
      sendAnswer(fate, exchange);
      break;
    default:
      fate satisfies never;
  }
}

function sendAnswer(
  { answer, latencyMs, settle }: Extract<Fate, { kind: 'answer' }>,
  { response, closed, end }: Exchange,
): void {
  const { text, stopReason, usage } = answer;
  const reply = jsonReply(200, {
    output: { message: { role: 'assistant', content: [{ text }] } },
    stopReason,
    usage: { ...usage, totalTokens: usage.inputTokens + usage.outputTokens },
    metrics: { latencyMs: Math.round(latencyMs) },
  });
  let waiting = true;
  const finish = (outcome: EndOutcome, status?: number) => {
    waiting = false;
    settle();
    end(outcome, status);
  };
  const timer = setTimeout(() => {
    finish('answered', reply.status);
    sendReply(response, reply);
  }, latencyMs);
  closed.then(() => {
    clearTimeout(timer);
    if (waiting) finish('abandoned');
  });
}
