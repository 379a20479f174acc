import { text } from 'node:stream/consumers';
import { sendReply } from '../../console/server/loopback.ts';
import type { Authorize } from '../iam.ts';
import type { CallLog, CallStart } from './call-log.ts';
import { type Delivery, sendError } from './delivery.ts';
import { type ModelCall, type Operation, signedRegion } from './model-call.ts';
import { guardrailDenial, modelDenial } from './model-denial.ts';
import { serviceErrorReply } from './service-error.ts';
import type { Request, Response } from './two-protocol-server.ts';

/** Serves one operation: reads the size of a call for the log and chooses the call's result. */
export type OperationHandler = (call: ReceivedCall) => {
  readonly size: Pick<CallStart, 'inputTokens' | 'maxTokens' | 'jobId'>;
  /** The id or the ARN of the guardrail that the call applies. @default none */
  readonly guardrail?: string;
  /** Runs only if the caller may make the call, because it draws faults and holds quota. */
  chooseResult(): Delivery;
};

export interface ReceivedCall extends Omit<ModelCall, 'operation'> {
  readonly body: string;
}

export interface CallServerOptions {
  readonly log: CallLog;
  readonly operations: Readonly<Record<Operation, OperationHandler>>;
  readonly authorize?: Authorize;
}

/** Serves the calls of the runtime. The log records every signed call from its arrival to its end. */
export function createCallServer({ log, operations, authorize }: CallServerOptions) {
  return async (
    request: Request,
    response: Response,
    { model, operation }: Omit<ModelCall, 'region'>,
  ): Promise<void> => {
    const region = signedRegion(request.headers.authorization);
    if (region === undefined) return sendReply(response, serviceErrorReply('unsigned'));
    // The listener is added before the first await, so that it notices a caller who leaves early.
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return; // The caller left while it was sending.

    const call = { operation, region, model };
    const { size, guardrail, chooseResult } = operations[operation]({ region, model, body });
    const protocol = request.httpVersionMajor === 2 ? 'HTTP/2' : 'HTTP/1.1';
    const logged = log.begin({ ...call, protocol, ...size });
    const denial =
      authorize &&
      (modelDenial(authorize, request.headers, call) ??
        guardrailDenial(authorize, request.headers, region, guardrail));
    const deliver = denial ? sendError('access-denied', { message: denial }) : chooseResult();
    deliver({ request, response, closed, logged });
  };
}
