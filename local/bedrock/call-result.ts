import { type Reply, sendReply } from '../loopback.ts';
import type { EndCall, EndOutcome } from './call-log.ts';
import type { FailingRule } from './faults.ts';
import { queueEstimate, type ServiceErrorKind, serviceErrorReply } from './service-error.ts';
import { dropConnection, type Request, type Response } from './two-protocol-server.ts';

/** The result that the fake has chosen for a call. */
export type CallResult =
  | { readonly kind: 'failure'; readonly outcome: EndOutcome; readonly reply: Reply }
  | { readonly kind: 'hang' | 'reset' }
  | {
      readonly kind: 'answer';
      readonly reply: Reply;
      readonly latencyMs: number;
      /**
       * Charges the quotas when the call ends. A caller that leaves early pays for the whole answer,
       * because the model generates to the end.
       */
      readonly settle: () => void;
    };

/** A call that is being served. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  /** Resolves when the response is sent or the caller has left. */
  readonly closed: Promise<void>;
  readonly end: EndCall;
}

/** The reply of a proxy that cannot reach the service. */
const PROXY_ERROR: Reply = {
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: '<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>',
};

/** Returns a failure with an error of the service. `extra` is merged into the body of the error. */
export function serviceFailure(
  kind: ServiceErrorKind & EndOutcome,
  extra?: Readonly<Record<string, unknown>>,
): CallResult {
  return { kind: 'failure', outcome: kind, reply: serviceErrorReply(kind, extra) };
}

/** Returns the failure that a fault rule describes. */
export function ruleFailure(rule: FailingRule, model: string): CallResult {
  switch (rule.fault) {
    case 'hang':
    case 'reset':
      return { kind: rule.fault };
    case 'html-503':
      return { kind: 'failure', outcome: rule.fault, reply: PROXY_ERROR };
    case 'reply': {
      const { status, headers, body = '' } = rule;
      const reply = { status, headers: { 'content-type': 'application/json', ...headers }, body };
      return { kind: 'failure', outcome: rule.fault, reply };
    }
    case 'unavailable':
      return serviceFailure(
        'unavailable',
        rule.expectedQueueDelayInMs === undefined ? {} : queueEstimate(rule.expectedQueueDelayInMs),
      );
    case 'model-error':
      return serviceFailure('model-error', { originalStatusCode: 500, resourceName: model });
    default:
      return serviceFailure(rule.fault);
  }
}

/** Gives the caller the result of its call. */
export function deliver(result: CallResult, exchange: Exchange): void {
  const { request, response, closed, end } = exchange;
  switch (result.kind) {
    case 'failure':
      end(result.outcome, result.reply.status);
      sendReply(response, result.reply);
      break;
    case 'reset':
      end('reset');
      dropConnection(request);
      break;
    case 'hang':
      closed.then(() => end('hang'));
      break;
    case 'answer':
      deliverAnswer(result, exchange);
      break;
    default:
      result satisfies never;
  }
}

function deliverAnswer(
  { reply, latencyMs, settle }: Extract<CallResult, { kind: 'answer' }>,
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
