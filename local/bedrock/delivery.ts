import { type Reply, sendReply } from '../../console/server/loopback.ts';
import type { EndOutcome, LoggedCall } from './call-log.ts';
import type { FailingRule } from './faults.ts';
import { queueEstimate, type ServiceErrorKind, serviceErrorReply } from './service-error.ts';
import { dropConnection, type Request, type Response } from './two-protocol-server.ts';

/** A call that is being served. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  /** Resolves when the response is sent or the caller has left. */
  readonly closed: Promise<void>;
  readonly logged: LoggedCall;
}

/** Gives the caller the result that the fake has chosen for its call. */
export type Delivery = (exchange: Exchange) => void;

/** The reply of a proxy that cannot reach the service. */
const PROXY_ERROR: Reply = {
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: '<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>',
};

/** The longest time that a timer can wait: Node fires a longer one at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Sends an error of the service. `extra` is merged into the body of the error. */
export function sendError(
  kind: ServiceErrorKind & EndOutcome,
  extra?: Readonly<Record<string, unknown>>,
): Delivery {
  return sendFailure(kind, serviceErrorReply(kind, extra));
}

/** Fails the call as a fault rule says. */
export function failAsRuled(rule: FailingRule, model: string): Delivery {
  switch (rule.fault) {
    case 'hang':
      return ({ closed, logged }) => void closed.then(() => logged.end('hang'));
    case 'reset':
      return ({ request, logged }) => {
        logged.end('reset');
        dropConnection(request);
      };
    case 'html-503':
      return sendFailure(rule.fault, PROXY_ERROR);
    case 'reply': {
      const { status, headers, body = '' } = rule;
      const reply = { status, headers: { 'content-type': 'application/json', ...headers }, body };
      return sendFailure(rule.fault, reply);
    }
    case 'unavailable':
      return sendError(
        'unavailable',
        rule.expectedQueueDelayInMs === undefined ? {} : queueEstimate(rule.expectedQueueDelayInMs),
      );
    case 'model-error':
      return sendError('model-error', { originalStatusCode: 500, resourceName: model });
    default:
      return sendError(rule.fault);
  }
}

/** Runs `act` after a time, or `left` if the caller leaves first. */
export function actAfter(
  ms: number,
  closed: Promise<void>,
  { act, left }: { readonly act: () => void; readonly left: () => void },
): void {
  let waiting = true;
  const timer = setTimeout(
    () => {
      waiting = false;
      act();
    },
    Math.min(ms, LONGEST_TIMER_MS),
  );
  closed.then(() => {
    clearTimeout(timer);
    if (waiting) left();
  });
}

function sendFailure(outcome: EndOutcome, reply: Reply): Delivery {
  return ({ response, logged }) => {
    logged.end(outcome, reply.status);
    sendReply(response, reply);
  };
}
