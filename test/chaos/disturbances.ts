import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Handler, readBody, sendJson } from '../../console/server/loopback.ts';
import type { Random } from '../../lambda/core/clock.ts';

const KINDS = ['throttled', 'failed', 'response-lost', 'doubled'] as const;
/**
 * The server refuses `throttled` and `failed` calls. It carries out an `response-lost` call, but
 * closes the connection without a response. It carries out a `doubled` call twice, but responds
 * only once.
 */
export type Kind = (typeof KINDS)[number];

/** The share of calls that each kind hits. The keys are the services' names in the protocol. */
type Odds = Readonly<Record<string, Partial<Readonly<Record<Kind, number>>>>>;

export const DYNAMODB = 'DynamoDB_20120810';
export const SQS = 'AmazonSQS';

/** The odds in an incident of one Availability Zone. A doubled send is like a double delivery. */
export const ODDS: Odds = {
  [DYNAMODB]: { throttled: 0.05, 'response-lost': 0.01 },
  [SQS]: { failed: 0.05, 'response-lost': 0.02, doubled: 0.1 },
};

/** Marks a forwarded call, which is not disturbed again. */
const FORWARDED = 'x-chaos-forwarded';
const MAX_BYTES = 16 * 1024 * 1024;

/** Disturbs a share of the calls from the functions to AWS. */
export class Disturbances {
  readonly #odds: Odds;
  readonly #random: Random;
  readonly #counts = new Map<Kind, number>();
  #active = false;

  constructor(odds: Odds, random: Random) {
    this.#odds = odds;
    this.#random = random;
  }

  start(): void {
    this.#active = true;
  }

  stop(): void {
    this.#active = false;
  }

  count(kind: Kind): number {
    return this.#counts.get(kind) ?? 0;
  }

  readonly wrap =
    (serve: Handler): Handler =>
    async (request, response) => {
      const kind = this.#draw(request);
      if (!kind) return serve(request, response);
      this.#counts.set(kind, this.count(kind) + 1);
      // The emulator may lose the response to a forwarded call, so this call has none either.
      await disturb(kind, request, response).catch(() => response.destroy());
    };

  #draw({ headers }: IncomingMessage): Kind | undefined {
    const [service = ''] = String(headers['x-amz-target']).split('.');
    const odds = this.#odds[service];
    if (!this.#active || !odds || headers[FORWARDED]) return undefined;
    let left = this.#random();
    for (const kind of KINDS) {
      left -= odds[kind] ?? 0;
      if (left < 0) return kind;
    }
    return undefined;
  }
}

async function disturb(
  kind: Kind,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = (await readBody(request, MAX_BYTES)) ?? Buffer.alloc(0);
  switch (kind) {
    case 'throttled':
      return sendJson(response, 400, THROTTLE, 'application/x-amz-json-1.0');
    case 'failed':
      return sendJson(response, 503, UNAVAILABLE, 'application/x-amz-json-1.0');
    case 'response-lost':
      await forward(request, body);
      response.destroy();
      return;
    case 'doubled': {
      const [answer] = await Promise.all([forward(request, body), forward(request, body)]);
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
      return;
    }
    default:
      return kind satisfies never;
  }
}

function forward({ headers, url, method }: IncomingMessage, body: Buffer): Promise<Response> {
  const own = Object.entries(headers).filter(([name]) => !CONNECTION_HEADERS.has(name));
  return fetch(`http://${headers.host}${url}`, {
    method,
    headers: {
      ...Object.fromEntries(own.map(([name, value]) => [name, String(value)])),
      [FORWARDED]: '1',
    },
    body: new Uint8Array(body),
  });
}

/** Headers that `fetch` sets itself. */
const CONNECTION_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

const THROTTLE = {
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
};
const UNAVAILABLE = {
  __type: 'com.amazonaws.sqs#ServiceUnavailable',
  message: 'Service is unavailable.',
};
