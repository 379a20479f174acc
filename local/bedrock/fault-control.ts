import type { IncomingHttpHeaders } from 'node:http';
import type { Reply } from '../../console/server/loopback.ts';
import { CALL_FILTERS, type CallFilter, type CallLog } from './call-log.ts';
import { describeFaults } from './fault-description.ts';
import type { Faults } from './faults.ts';
import { FaultRuleError, parseFaultRulesText } from './parse-fault-rules.ts';
import type { RequestLog } from './request-log.ts';
import { jsonReply } from './service-error.ts';

export interface ControlRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
}

/** What the fault control reads and changes. */
export interface FakeState {
  readonly faults: Faults;
  readonly log: CallLog;
  readonly requests: RequestLog;
  /** The seed of everything that is drawn. */
  readonly seed: number;
}

interface Route {
  /** The description of the route in the reply to GET /_control. */
  readonly does: string;
  reply(request: ControlRequest, state: FakeState): Reply;
}

const HELP =
  'A rule has the field `fault`, any of the common `fields`, and the fields of its fault. ' +
  'To set a rule or a preset, PUT or POST its rules to /_control/faults. ' +
  'To clear all faults, DELETE /_control/faults.';

const NO_CONTENT: Reply = { status: 204, headers: {}, body: '' };

/** The fault control sets faults and reads the log while the fake runs. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET /_control': {
    does: 'Describes the fault control: its routes, every fault with its fields, presets, and the seed.',
    reply: (_, { seed }) => descriptionReply(seed),
  },
  'GET /_control/faults': {
    does: 'Lists the faults that are set, each with its id.',
    reply: (_, { faults }) => jsonReply(200, { faults: faults.list() }),
  },
  'POST /_control/faults': {
    does: 'Adds the rule, or the list of rules, in the body. Returns their ids.',
    reply: ({ body }, { faults }) => {
      const rules = parseFaultRulesText(body);
      return jsonReply(201, { ids: rules.map((rule) => faults.set(rule)) });
    },
  },
  'PUT /_control/faults': {
    does: 'Replaces all faults with the rule, or the list of rules, in the body. Returns their ids.',
    reply: ({ body }, { faults }) => {
      const rules = parseFaultRulesText(body);
      faults.clearAll();
      return jsonReply(200, { ids: rules.map((rule) => faults.set(rule)) });
    },
  },
  'DELETE /_control/faults': {
    does: 'Clears all faults.',
    reply: (_, { faults }) => {
      faults.clearAll();
      return NO_CONTENT;
    },
  },
  'DELETE /_control/faults/{id}': {
    does: 'Clears one fault.',
    reply: ({ url }, { faults }) => {
      const id = url.pathname.split('/').at(-1) ?? '';
      if (faults.clear(id)) return NO_CONTENT;
      return problem(404, `id: got ${id}, which no fault has; GET /_control/faults lists the ids`);
    },
  },
  'GET /_control/calls': {
    does: `Lists the latest calls. Query parameters filter them, with * for any characters: ${CALL_FILTERS.join(', ')}.`,
    reply: ({ url }, { log }) => callsReply(url.searchParams, log),
  },
  'GET /_control/requests': {
    does: 'Lists the bodies of the latest requests, which hold prompts. The query parameter jobId selects those of one job.',
    reply: ({ url }, { requests }) => {
      const jobId = url.searchParams.get('jobId') ?? undefined;
      return jsonReply(200, { requests: requests.list(jobId) });
    },
  },
  'GET /_control/statistics': {
    does: 'Counts calls and failures by target, and connections by protocol.',
    reply: (_, { log }) => jsonReply(200, log.statistics()),
  },
  'POST /_control/reset': {
    does: 'Clears all faults, and empties the logs and the statistics.',
    reply: (_, { faults, log, requests }) => {
      faults.clearAll();
      log.reset();
      requests.reset();
      return NO_CONTENT;
    },
  },
};

export function isControlPath(pathname: string): boolean {
  return /^\/_control(\/|$)/.test(pathname);
}

/** Answers a request to the fault control. */
export function controlReply(request: ControlRequest, state: FakeState): Reply {
  const { method, url } = request;
  const path = url.pathname.replace(/\/$/, '').replace(/^(\/_control\/faults)\/[^/]+$/, '$1/{id}');
  const route = ROUTES[`${method} ${path}`];
  if (!route) {
    const message = `no route ${method} ${url.pathname}; GET /_control lists the routes`;
    return problem(404, message);
  }
  try {
    return route.reply(request, state);
  } catch (error: unknown) {
    if (!(error instanceof FaultRuleError)) throw error;
    return problem(400, `${error.message}; GET /_control describes all faults`);
  }
}

/**
 * Returns true if the request comes from a page of another site, which must not set faults. The
 * browser then sends the host name or the origin of that page.
 */
export function isForeign(headers: IncomingHttpHeaders, port: number): boolean {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  const host = headers[':authority'] ?? headers.host;
  const { origin } = headers;
  const isOwnOrigin = origin === undefined || own.some((each) => origin === `http://${each}`);
  return !own.includes(String(host)) || !isOwnOrigin;
}

function descriptionReply(seed: number): Reply {
  const description = {
    help: HELP,
    seed,
    routes: Object.entries(ROUTES).map(([route, { does }]) => ({ route, does })),
    example: { model: '*sonnet-4-5*', fault: 'throttle-minute', probability: 0.5 },
    ...describeFaults(),
  };
  // Indented, because people read it in a terminal.
  return { ...jsonReply(200, description), body: `${JSON.stringify(description, null, 2)}\n` };
}

function callsReply(parameters: URLSearchParams, log: CallLog): Reply {
  const unknown = [...parameters.keys()].find((name) => !CALL_FILTERS.some((f) => f === name));
  if (unknown !== undefined) {
    return problem(400, `${unknown}: no such filter, allowed are ${CALL_FILTERS.join(', ')}`);
  }
  const filter: CallFilter = Object.fromEntries(parameters);
  return jsonReply(200, { calls: log.calls(filter) });
}

function problem(status: number, message: string): Reply {
  return jsonReply(status, { message });
}
