import type { Writable } from 'node:stream';
import { EVENT_STREAM, encodeEvent } from '../../local/bedrock/event-stream.ts';
import {
  dropConnection,
  listenOnBothProtocols,
  type Request,
  type Response,
  type TwoProtocolServer,
} from '../../local/bedrock/two-protocol-server.ts';

/** A response whose bytes the test chooses. */
export class ServedStream {
  readonly #request: Request;
  readonly #response: Response;
  /** Settles when the response has ended or the client has left. */
  readonly closed: Promise<void>;

  constructor(request: Request, response: Response) {
    this.#request = request;
    this.#response = response;
    const events: Writable = response;
    this.closed = new Promise((resolve) => events.once('close', () => resolve()));
    events.on('error', () => undefined);
  }

  /** Sends some bytes in one piece, after the headers if they are not sent yet. */
  send(...bytes: readonly Uint8Array[]): this {
    if (!this.#response.headersSent) {
      this.#response.statusCode = 200;
      this.#response.setHeader('content-type', EVENT_STREAM);
    }
    const response: Writable = this.#response;
    response.write(Buffer.concat(bytes));
    return this;
  }

  /** Answers with a page instead of a stream. */
  page(text: string): void {
    this.#response.statusCode = 200;
    this.#response.setHeader('content-type', 'text/html');
    this.#response.end(text);
  }

  end(): void {
    this.#response.end();
  }

  reset(): void {
    dropConnection(this.#request);
  }
}

/**
 * Serves each call with a response that the test writes byte by byte, over HTTP/1.1 and HTTP/2. The
 * fake Bedrock, in contrast, sends only what the service sends.
 */
export class StreamServer {
  #server: TwoProtocolServer | undefined;
  #answer: (stream: ServedStream) => void = () => undefined;
  readonly #closed: Promise<void>[] = [];
  connections = 0;

  async start(): Promise<string> {
    this.#server = await listenOnBothProtocols(
      0,
      1,
      (request, response) => {
        const stream = new ServedStream(request, response);
        this.#closed.push(stream.closed);
        request.resume();
        this.#answer(stream);
      },
      () => {
        this.connections += 1;
      },
    );
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** Answers the next calls with this function. */
  answer(answer: (stream: ServedStream) => void): void {
    this.#answer = answer;
    this.#closed.length = 0;
    this.connections = 0;
  }

  /** Waits until no response is open. */
  async allClosed(): Promise<void> {
    await Promise.all(this.#closed);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}

/** The events of an answer, encoded as ConverseStream sends them. */
export const frame = {
  messageStart: encodeEvent('messageStart', { role: 'assistant' }),
  text: (text: string, block = 0) => delta({ text }, block),
  reasoning: (text: string, block = 0) => delta({ reasoningContent: { text } }, block),
  toolCall: (block = 0) =>
    encodeEvent('contentBlockStart', {
      contentBlockIndex: block,
      start: { toolUse: { toolUseId: 't1', name: 'lookup' } },
    }),
  toolInput: (input: string, block = 0) => delta({ toolUse: { input } }, block),
  blockStop: (block = 0) => encodeEvent('contentBlockStop', { contentBlockIndex: block }),
  messageStop: encodeEvent('messageStop', { stopReason: 'end_turn' }),
  metadata: encodeEvent('metadata', {
    usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 },
    metrics: { latencyMs: 1 },
  }),
};

function delta(delta: object, contentBlockIndex: number): Uint8Array {
  return encodeEvent('contentBlockDelta', { contentBlockIndex, delta });
}
