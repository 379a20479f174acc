import type { IncomingHttpHeaders } from 'node:http';
import { CALL_FILTERS, type CallFilter, type CallLog } from './call-log.ts';
import { InputError, parseFaultRules } from './fault-rule.ts';
import type { Faults } from './faults.ts';
import { jsonReply, type Reply } from './reply.ts';

export interface ControlRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
}

export const CONTROL_PREFIX = '/_control/';

/**
 * Sets faults and reads the log while the fake runs:
 *
 *     GET, POST, PUT, DELETE /_control/faults      list, add one or several, replace all, clear
 *     DELETE                 /_control/faults/{id} clear one
 *     GET                    /_control/calls       with ?operation= &region= &model= &jobId= &outcome=
 *     GET                    /_control/statistics
 *     POST                   /_control/reset       no faults, empty log
 */
export function control(request: ControlRequest, faults: Faults, log: CallLog): Reply {
  const path = request.url.pathname.slice(CONTROL_PREFIX.length);
  const [resource, id] = path.split('/');
  const route = `${request.method} ${resource}${id === undefined ? '' : '/{id}'}`;
  try {
    switch (route) {
      case 'GET faults':
        return jsonReply(200, { faults: faults.list() });
      case 'POST faults':
        return jsonReply(201, { ids: setAll(request.body, faults) });
      case 'PUT faults':
        return jsonReply(200, { ids: setAll(request.body, faults, () => faults.clearAll()) });
      case 'DELETE faults':
        faults.clearAll();
        return noContent();
      case 'DELETE faults/{id}':
        return faults.clear(id ?? '') ? noContent() : problem(404, `no fault has the id ${id}`);
      case 'GET calls':
        return jsonReply(200, { calls: log.calls(filterOf(request.url.searchParams)) });
      case 'GET statistics':
        return jsonReply(200, log.statistics());
      case 'POST reset':
        faults.clearAll();
        log.reset();
        return noContent();
      default:
        return problem(404, `no ${request.method} ${request.url.pathname} here; see control.ts`);
    }
  } catch (error: unknown) {
    if (error instanceof InputError) return problem(400, error.message);
    throw error;
  }
}

/**
 * A page of some other site must not set faults: its browser names the page's host, or sends its
 * origin.
 */
export function isForeign(headers: IncomingHttpHeaders, port: number): boolean {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  const host = headers[':authority'] ?? headers.host;
  const { origin } = headers;
  const ownOrigin = origin === undefined || own.some((each) => origin === `http://${each}`);
  return !own.includes(String(host)) || !ownOrigin;
}

/** Checks the whole body before anything changes. */
function setAll(body: string, faults: Faults, before: () => void = () => undefined) {
  const rules = parseFaultRules(parseJson(body));
  before();
  return rules.map((rule) => faults.set(rule));
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new InputError('body: got no JSON, allowed is a fault or a list of faults');
  }
}

function filterOf(parameters: URLSearchParams): CallFilter {
  const unknown = [...parameters.keys()].find((name) => !CALL_FILTERS.some((f) => f === name));
  if (unknown !== undefined) {
    throw new InputError(`${unknown}: no such filter, allowed is ${CALL_FILTERS.join(', ')}`);
  }
  return Object.fromEntries(parameters);
}

function noContent(): Reply {
  return { status: 204, headers: {}, body: '' };
}

function problem(status: number, message: string): Reply {
  return jsonReply(status, { message });
}
