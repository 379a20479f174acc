import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type Loopback,
  listenOnLoopback,
  readBody,
  sendReply,
} from '../../console/server/loopback.ts';

/** A request that an SDK client sent to any service of AWS. */
export interface AwsRequest {
  /** Such as `PutItem`; for S3 and Bedrock the method and the first part of the path: `PUT bucket`. */
  readonly operation: string;
  readonly path: string;
  /** The Region of the client, as its signature names it. */
  readonly region: string;
  /** The parsed JSON of the body; an empty object for any other body. */
  // biome-ignore lint/suspicious/noExplicitAny: each operation has an input of its own.
  readonly input: any;
  /** True once the response has been sent. */
  isAnswered: boolean;
}

/** An error that a service answers with. The SDK repeats the request only after a status of 5xx. */
export class Refusal {
  readonly name: string;
  readonly status: number;

  constructor(name: string, status = 400) {
    this.name = name;
    this.status = status;
  }
}

export const DENIED = new Refusal('AccessDeniedException');

/** The response to a request: an object is sent as JSON, bytes are sent as an event stream. */
export type AwsAnswer = object | Uint8Array | Refusal;

type Respond = (request: AwsRequest) => AwsAnswer | Promise<AwsAnswer> | undefined;

/**
 * All services of AWS at one address. Unlike the embedded run, it keeps no state: a test says how a
 * request is answered, and any other request is answered with success and no content.
 */
export class FakeAws {
  readonly #server: Loopback;
  readonly #requests: AwsRequest[] = [];
  #respond: Respond = () => undefined;

  private constructor(server: Loopback) {
    this.#server = server;
    server.serve(async (request, response) => {
      const asked = await requestOf(request);
      this.#requests.push(asked);
      const answer = (await this.#respond(asked)) ?? successOf(asked);
      asked.isAnswered = true;
      sendReply(response, replyOf(answer));
    });
  }

  static async start(): Promise<FakeAws> {
    return new FakeAws(await listenOnLoopback(0));
  }

  get url(): string {
    return this.#server.url;
  }

  /** The environment in which SDK clients reach this server. */
  get environment() {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
  }

  /** Answers the next requests with this function, and forgets the earlier requests. */
  answer(respond: Respond): void {
    this.#respond = respond;
    this.#requests.length = 0;
  }

  /** Returns the requests for an operation, or all of them. */
  asked(operation?: string): readonly AwsRequest[] {
    return this.#requests.filter(
      (request) => operation === undefined || request.operation === operation,
    );
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

async function requestOf(request: IncomingMessage): Promise<AwsRequest> {
  const body = String(await readBody(request, 1024 * 1024));
  const path = decodeURIComponent(new URL(request.url ?? '', 'http://host').pathname);
  const [, service = ''] = path.split('/');
  const target = request.headers['x-amz-target'];
  const operation = target ? String(target).split('.')[1] : `${request.method} ${service}`;
  const [, , region = ''] = request.headers.authorization?.split('/') ?? [];
  return { operation: operation ?? '', path, region, input: parsed(body), isAnswered: false };
}

function parsed(body: string) {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

/** SQS confirms the digest of a message, which the SDK checks. */
function successOf({ operation, input }: AwsRequest): AwsAnswer {
  if (operation !== 'SendMessage') return {};
  return { MD5OfMessageBody: createHash('md5').update(input.MessageBody).digest('hex') };
}

function replyOf(answer: AwsAnswer) {
  if (answer instanceof Uint8Array) {
    const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
    return { status: 200, headers, body: Buffer.from(answer) };
  }
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  if (answer instanceof Refusal) {
    const error = { __type: answer.name, message: 'refused by the test' };
    return { status: answer.status, headers, body: JSON.stringify(error) };
  }
  return { status: 200, headers, body: JSON.stringify(answer) };
}
