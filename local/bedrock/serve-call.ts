import { text } from 'node:stream/consumers';
import type { Authorize } from '../iam.ts';
import type { CallLog, CallStart, Protocol } from './call-log.ts';
import { type Fate, fulfil, refusal } from './fate.ts';
import { modelDenial } from './model-denial.ts';
import type { Operation } from './operation.ts';
import { sendReply } from './reply.ts';
import { serviceErrorReply } from './service-error.ts';
import { signedRegion } from './signed-region.ts';
import type { Request, Response } from './two-protocol-server.ts';

/** An operation: reads a call's size for the log, and decides what becomes of it. */
export type Decide = (call: ReceivedCall) => {
  readonly size: Pick<CallStart, 'inputTokens' | 'maxTokens' | 'jobId'>;
  /** Asked only if the caller is allowed to make the call. */
  fate(): Fate;
};

export interface ReceivedCall {
  readonly region: string;
  readonly model: string;
  readonly body: string;
}

export interface ServeOptions {
  readonly log: CallLog;
  readonly operations: Readonly<Record<Operation, Decide>>;
  readonly authorize?: Authorize;
}

/** Serves the runtime's calls. Every signed one is in the log from its arrival to its end. */
export function createCallServer({ log, operations, authorize }: ServeOptions) {
  return async (
    request: Request,
    response: Response,
    { model, operation }: { readonly model: string; readonly operation: Operation },
  ): Promise<void> => {
    const region = signedRegion(request.headers.authorization);
    if (region === undefined) return sendReply(response, serviceErrorReply('unsigned'));
    // Listened for before the first await, so that a caller who leaves early is not missed.
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return; // The caller left while it was sending.

    const called = { operation, region, model };
    const { size, fate } = operations[operation]({ ...called, body });
    const end = log.begin({ ...called, protocol: protocolOf(request), ...size });
    const denial = authorize && modelDenial(authorize, request.headers, called);
    const exchange = { request, response, closed, end };
    fulfil(denial ? refusal('access-denied', { message: denial }) : fate(), exchange);
  };
}

function protocolOf(request: Request): Protocol {
  return request.httpVersionMajor === 2 ? 'HTTP/2' : 'HTTP/1.1';
}
