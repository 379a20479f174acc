import type { EndCall, EndOutcome } from './call-log.ts';
import type { FailingRule } from './faults.ts';
import { type Reply, sendReply } from './reply.ts';
import { queueEstimate, type ServiceErrorKind, serviceErrorReply } from './service-error.ts';
import { dropConnection, type Request, type Response } from './two-protocol-server.ts';

/** What becomes of a call. */
export type Fate =
  | { readonly kind: 'refusal'; readonly outcome: EndOutcome; readonly reply: Reply }
  | { readonly kind: 'hang' | 'reset' }
  | {
      readonly kind: 'answer';
      readonly reply: Reply;
      readonly latencyMs: number;
      /** For when the call ends, also if the caller left: the model generates to the end. */
      readonly settle: () => void;
    };

/** A call that is being served. */
export interface Exchange {
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

export function refusal(
  kind: ServiceErrorKind & EndOutcome,
  extra?: Readonly<Record<string, unknown>>,
): Fate {
  return { kind: 'refusal', outcome: kind, reply: serviceErrorReply(kind, extra) };
}

export function failure(rule: FailingRule, model: string): Fate {
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

export function fulfil(fate: Fate, exchange: Exchange): void {
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
  { reply, latencyMs, settle }: Extract<Fate, { kind: 'answer' }>,
  { response, closed, end }: Exchange,
): void {
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
