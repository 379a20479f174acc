import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { Trace } from '../core/telemetry.ts';

/** The header that the daemon expects before each segment document. */
const HEADER = '{"format":"json","version":1}\n';

interface Parent {
  readonly traceId: string;
  readonly id: string;
}

/**
 * Sends each span as an X-Ray subsegment over UDP to the daemon beside the function, as described
 * in "Sending trace data to X-Ray". If there is no daemon, or if Lambda has not sampled the
 * invocation, the trace measures and sends nothing. Tracing never makes the traced code fail.
 *
 * This code replaces X-Ray's own SDK, which hooks every promise of the process and is slow: see
 * docs/decisions, "Traces and log samples".
 */
export function xRayTrace(env: Readonly<Record<string, string | undefined>> = process.env): Trace {
  const [host, port] = (env.AWS_XRAY_DAEMON_ADDRESS ?? '').split(':');
  const parents = new AsyncLocalStorage<Parent>();
  let socket: Socket | undefined;

  const send = (subsegment: object): Promise<void> =>
    new Promise((resolve) => {
      socket ??= createSocket('udp4')
        .on('error', () => {})
        .unref();
      const document = HEADER + JSON.stringify(subsegment);
      // The send is awaited because Lambda freezes the process after the response.
      socket.send(document, Number(port), host, () => resolve());
    });

  return {
    async span(name, annotations, run) {
      const parent = parents.getStore() ?? sampledParent(env._X_AMZN_TRACE_ID);
      if (!parent || !port) return run(() => {});
      const own = { traceId: parent.traceId, id: randomBytes(8).toString('hex') };
      const startMs = Date.now();
      let known = annotations;
      let fault = true;
      try {
        const result = await parents.run(own, () =>
          run((more) => {
            known = { ...known, ...more };
          }),
        );
        fault = false;
        return result;
      } finally {
        await send({
          type: 'subsegment',
          name,
          id: own.id,
          trace_id: own.traceId,
          parent_id: parent.id,
          start_time: startMs / 1000,
          end_time: Date.now() / 1000,
          annotations: known,
          ...(fault && { fault }),
        });
      }
    },
  };
}

/**
 * Reads the parent span from the trace header that Lambda sets for each invocation. Returns
 * undefined if the invocation is not sampled.
 */
function sampledParent(header = ''): Parent | undefined {
  const fields = new Map(header.split(';').map(toPair));
  const traceId = fields.get('Root');
  const id = fields.get('Parent');
  return traceId && id && fields.get('Sampled') === '1' ? { traceId, id } : undefined;
}

function toPair(field: string): [name: string, value: string] {
  const [name = '', value = ''] = field.split('=');
  return [name, value];
}
