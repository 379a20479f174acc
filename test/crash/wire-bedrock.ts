import { EVENT_STREAM, encodeEvent, encodeException } from '../../local/bedrock/event-stream.ts';
import type { Cloud } from './cloud.ts';
import { type Caller, type Model, type ModelStream, refusalText, usageOf } from './model.ts';
import type { Sandbox } from './sandbox.ts';
import { networkError, reply, type Service } from './wire-message.ts';

/** Lets the network know that a call waits for a time. */
export type Pause = (wait: () => Promise<void>) => Promise<void>;

/** Returns the operation ConverseStream of Bedrock, for the calls of one process. */
export function bedrock({ clock, model }: Cloud, sandbox: Sandbox, pause: Pause): Service {
  return async ({ path, left }) => {
    const caller: Caller = {
      process: sandbox,
      wait: (ms) => pause(() => clock.sleep(ms, left, sandbox.died)),
      hasLeft: () => left?.aborted === true || !sandbox.isAlive,
    };
    const modelId = decodeURIComponent(path.split('/')[2] ?? '');
    const stream = await model.open(modelId, caller);
    switch (stream.reaction) {
      case 'throttles':
        return reply(429, {}, { 'x-amzn-errortype': 'ThrottlingException' });
      case 'refuses':
        return reply(
          400,
          { message: refusalText(stream.call) },
          { 'x-amzn-errortype': 'ValidationException' },
        );
      case 'fails':
        return reply(424, {}, { 'x-amzn-errortype': 'ModelErrorException' });
      case 'kills':
        sandbox.kill();
        throw networkError();
      case 'answers':
      case 'breaks': {
        const content = eventsOf(stream, { model, sandbox, caller });
        return { statusCode: 200, headers: { 'content-type': EVENT_STREAM }, content };
      }
      default:
        return stream.reaction satisfies never;
    }
  };
}

interface Connection {
  readonly model: Model;
  readonly sandbox: Sandbox;
  readonly caller: Caller;
}

/** Yields the events of an answer. A fault can be injected into each token after the first. */
async function* eventsOf(stream: ModelStream, connection: Connection): AsyncGenerator<Uint8Array> {
  const { call, reaction, tokens } = stream;
  yield encodeEvent('messageStart', { role: 'assistant' });
  yield tokenEvent(tokens[0]);
  if (reaction === 'breaks') {
    yield ERROR_EVENT;
    return;
  }
  for (let n = 2; n <= tokens.length; n++) {
    const event = await nextToken(stream, n, connection);
    if (!event) return;
    yield event;
    if (event === ERROR_EVENT) return;
  }
  yield encodeEvent('contentBlockStop', { contentBlockIndex: 0 });
  yield encodeEvent('messageStop', { stopReason: 'end_turn' });
  const { inputTokens, outputTokens } = usageOf(call);
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  yield encodeEvent('metadata', { usage, metrics: { latencyMs: 1 } });
}

/** Returns the event of token `n`, or `undefined` if the stream ends instead. */
async function nextToken(
  stream: ModelStream,
  n: number,
  { model, sandbox, caller }: Connection,
): Promise<Uint8Array | undefined> {
  const fault = sandbox.nextFault('Bedrock token');
  if (fault === 'not-sent') throw networkError();
  if (fault === 'error-response') return ERROR_EVENT;
  const token = await model.token(stream, n, caller);
  switch (fault) {
    case 'response-lost':
    case 'unanswered':
      return undefined;
    case 'killed':
      sandbox.kill();
      break;
    case 'stalled':
      await sandbox.stall();
      break;
    default:
  }
  // A dead process must not keep the timers of its call.
  if (!sandbox.isAlive) throw networkError();
  return tokenEvent(token);
}

function tokenEvent(text = ''): Uint8Array {
  return encodeEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text } });
}

const ERROR_EVENT = encodeException('modelStreamErrorException', { message: 'broken' });
