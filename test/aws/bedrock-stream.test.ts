import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NodeHttp2Handler } from '@smithy/node-http-handler';
import { BedrockModelClient } from '../../lambda/aws/bedrock-model-client.ts';
import { systemClock } from '../../lambda/aws/system-clock.ts';
import { encodeException } from '../../local/bedrock/event-stream.ts';
import { useBedrockAt } from '../support/bedrock-endpoint.ts';
import '../support/errors-of-one-realm.ts';
import { callLimits, RecordingWatch } from '../support/model-call.ts';
import { aModelRequest } from '../support/model-request.ts';
import { frame, type ServedStream, StreamServer } from '../support/stream-server.ts';

/** The fake request has 5 bytes of text. */
const INPUT_TOKENS = 2;
/** A limit that passes in a test. */
const SHORT_MS = 60;

const whole = [
  frame.messageStart,
  frame.text('Hello '),
  frame.text('world'),
  frame.blockStop(),
  frame.messageStop,
  frame.metadata,
];

/** Returns a message that is a text, or one without content. */
function saying(text?: string) {
  return { role: 'assistant', content: text === undefined ? [] : [{ text }] };
}

const server = new StreamServer();

beforeAll(async () => useBedrockAt(await server.start()));
afterAll(() => server.stop());

describe.each([
  {
    protocol: 'HTTP/1.1',
    requestHandler: undefined,
    lost: { kind: 'network', nameAfterToken: 'StreamReset' },
  },
  {
    protocol: 'HTTP/2',
    requestHandler: new NodeHttp2Handler(),
    // The handler reports a lost connection as a plain end of the stream.
    lost: { kind: 'fault', nameAfterToken: 'StreamEnded' },
  },
])('over $protocol', ({ requestHandler, lost }) => {
  const client = new BedrockModelClient({ clock: systemClock, requestHandler });
  afterAll(() => client.destroy());

  function converse(limits: Parameters<typeof callLimits>[0] = {}, watch = new RecordingWatch()) {
    return client.converse(aModelRequest(), callLimits(limits), watch);
  }

  /** Makes a call, and expects that it ends at a short limit at the latest and frees its connection. */
  async function released(
    answer: (stream: ServedStream) => void,
    limits: Parameters<typeof callLimits>[0] = {},
    watch = new RecordingWatch(),
  ) {
    server.answer(answer);
    const result = await converse(limits, watch);
    await server.allClosed();
    expect(result.elapsedMs).toBeLessThan(2000);
    return result;
  }

  describe('an answer', () => {
    test('comes with its text, its usage and the time of its first token', async () => {
      const watch = new RecordingWatch();

      const result = await released((stream) => stream.send(...whole).end(), {}, watch);

      expect(result).toEqual({
        outcome: 'answer',
        answer: {
          message: saying('Hello world'),
          stopReason: 'end_turn',
          usage: { inputTokens: 7, outputTokens: 2 },
        },
        elapsedMs: expect.any(Number),
        firstTokenMs: watch.tokensMs[0],
      });
      expect(watch.tokensMs).toHaveLength(2);
    });

    test('is the same if the network splits it into single bytes', async () => {
      const result = await released((stream) => {
        for (const byte of Buffer.concat(whole)) stream.send(Buffer.of(byte));
        stream.end();
      });

      expect(result).toMatchObject({
        outcome: 'answer',
        answer: { message: saying('Hello world') },
      });
    });

    test('may take longer than a pause may be', async () => {
      const result = await released(
        async (stream) => {
          for (let sent = 0; sent < 8; sent += 1) {
            stream.send(frame.text('.'));
            await sleep(40);
          }
          stream.send(...whole.slice(3)).end();
        },
        { stallMs: 250 },
      );

      expect(result).toMatchObject({ outcome: 'answer', answer: { message: saying('........') } });
      expect(result.elapsedMs).toBeGreaterThan(250);
    });

    test.each<[string, (stream: ServedStream) => void]>([
      ['is reset', (stream) => afterArrival(() => stream.reset())],
      ['ends', (stream) => stream.end()],
      [
        'has an error',
        (stream) => stream.send(encodeException('internalServerException', { message: '' })).end(),
      ],
      ['pauses', () => undefined],
    ])('is complete although its stream %s before the usage', async (_, interrupt) => {
      const result = await released((stream) => interrupt(stream.send(...whole.slice(0, -1))), {
        stallMs: SHORT_MS,
      });

      expect(result).toMatchObject({
        outcome: 'answer',
        answer: {
          message: saying('Hello world'),
          stopReason: 'end_turn',
          usage: { inputTokens: INPUT_TOKENS, outputTokens: 3, estimated: true },
        },
      });
    });

    test('may be empty, and does not wait long for its usage either', async () => {
      const empty = [frame.messageStart, frame.messageStop];
      const result = await released((stream) => stream.send(...empty), { stallMs: SHORT_MS });

      expect(result).toMatchObject({
        outcome: 'answer',
        answer: {
          message: saying(),
          stopReason: 'end_turn',
          usage: { outputTokens: 0, estimated: true },
        },
      });
      expect(result).not.toHaveProperty('firstTokenMs');
    });

    test('has its usage although its stream does not end', async () => {
      const result = await released((stream) => stream.send(...whole), { stallMs: SHORT_MS });

      expect(result).toMatchObject({ answer: { usage: { inputTokens: 7, outputTokens: 2 } } });
    });
  });

  describe('without a token', () => {
    test.each<[string, (stream: ServedStream) => void]>([
      ['no response', () => undefined],
      ['only the start of the message', (stream) => stream.send(frame.messageStart)],
      ['only an empty text', (stream) => stream.send(frame.messageStart, frame.text(''))],
    ])('a call that gets %s is a timeout', async (_, answer) => {
      const result = await released(answer, { firstTokenMs: SHORT_MS });

      expect(result).toEqual({
        outcome: 'failure',
        failure: { kind: 'timeout', name: 'FirstTokenTimeout' },
        elapsedMs: expect.any(Number),
      });
      expect(result.elapsedMs).toBeGreaterThanOrEqual(SHORT_MS - 1);
    });

    test('a call is a timeout at the limit for the answer, too', async () => {
      const result = await released(() => undefined, { answerMs: SHORT_MS });

      expect(result).toMatchObject({ failure: { kind: 'timeout', name: 'FirstTokenTimeout' } });
    });

    test.each([
      ['throttlingException', 'quota-minute', 'ThrottlingException'],
      ['serviceUnavailableException', 'capacity', 'ServiceUnavailableException'],
      ['internalServerException', 'fault', 'InternalServerException'],
      ['modelStreamErrorException', 'model-error', 'ModelStreamErrorException'],
      ['validationException', 'job', 'ValidationException'],
      // The SDK does not know these two as errors of a stream.
      ['modelTimeoutException', 'timeout', 'ModelTimeoutException'],
      ['accessDeniedException', 'config', 'AccessDeniedException'],
    ])('an error event %s keeps its kind', async (type, kind, name) => {
      const error = encodeException(type, { message: 'no' });
      const atOnce = await released((stream) => stream.send(error).end());
      const afterStart = await released((stream) => stream.send(frame.messageStart, error).end());

      expect(atOnce).toMatchObject({ outcome: 'failure', failure: { kind, name } });
      expect(afterStart).toMatchObject({ outcome: 'failure', failure: { kind, name } });
      expect(atOnce).not.toHaveProperty('usage');
    });

    test('the text of an error event tells a daily quota', async () => {
      const error = encodeException('throttlingException', {
        message: 'Too many tokens per day, please wait before trying again.',
      });
      const result = await released((stream) => stream.send(error).end());

      expect(result).toMatchObject({ failure: { kind: 'quota-day' } });
    });

    test(`a lost connection counts as ${lost.kind}`, async () => {
      const result = await released((stream) => {
        stream.send(frame.messageStart);
        afterArrival(() => stream.reset());
      });

      expect(result).toMatchObject({ failure: { kind: lost.kind } });
    });

    test.each<[string, (stream: ServedStream) => void]>([
      ['a stream that ends at once', (stream) => stream.send().end()],
      ['a message that only starts', (stream) => stream.send(frame.messageStart).end()],
    ])('%s is a fault', async (_, answer) => {
      expect(await released(answer)).toMatchObject({
        failure: { kind: 'fault', name: 'StreamEnded' },
      });
    });

    test('the page of a proxy is refused before it is read as a stream', async () => {
      const result = await released((stream) => stream.page('<html>busy</html>'));

      expect(result).toMatchObject({ failure: { kind: 'fault', name: 'NotAStream' } });
    });

    test.each<[string, Uint8Array]>([
      ['a frame with a wrong checksum', damaged(frame.text('Hi'))],
      ['half a frame', frame.text('Hi').subarray(0, 40)],
    ])('%s is an unknown fault', async (_, bytes) => {
      const result = await released((stream) => stream.send(bytes).end());

      expect(result).toMatchObject({ outcome: 'failure', failure: { kind: 'fault' } });
    });
  });

  describe('after its first token, a stream is broken', () => {
    const usage = { inputTokens: INPUT_TOKENS, outputTokens: 2, estimated: true };
    const begin = (stream: ServedStream) => stream.send(frame.messageStart, frame.text('Hello '));

    test.each<[string, string, (stream: ServedStream) => void]>([
      ['if it pauses', 'StreamStalled', () => undefined],
      ['if it ends without the stop of its message', 'StreamEnded', (stream) => stream.end()],
      [
        'by an error event',
        'ModelStreamErrorException',
        (stream) => stream.send(encodeException('modelStreamErrorException', {})).end(),
      ],
      [
        'by a throttle',
        'ThrottlingException',
        (stream) => stream.send(encodeException('throttlingException', { message: '' })).end(),
      ],
      [
        'by an error of the request',
        'ValidationException',
        (stream) => stream.send(encodeException('validationException', { message: '' })).end(),
      ],
      [
        'by a damaged frame, even if the server sends more',
        'Error',
        (stream) => stream.send(damaged(frame.text('Hi'))),
      ],
    ])('%s', async (_, name, interrupt) => {
      const result = await released((stream) => interrupt(begin(stream)), { stallMs: SHORT_MS });

      expect(result).toEqual({
        outcome: 'failure',
        failure: { kind: 'broken-stream', name },
        usage,
        elapsedMs: expect.any(Number),
        firstTokenMs: expect.any(Number),
      });
    });

    test('if the connection is lost', async () => {
      const result = await released((stream) => {
        begin(stream);
        afterArrival(() => stream.reset());
      });

      expect(result).toMatchObject({
        failure: { kind: 'broken-stream', name: lost.nameAfterToken },
        usage,
      });
    });

    test('if the model only thinks and then pauses', async () => {
      const thinks = (stream: ServedStream) => stream.send(frame.reasoning('Hmm, what'));
      const result = await released(thinks, { stallMs: SHORT_MS });

      expect(result).toMatchObject({
        failure: { name: 'StreamStalled' },
        firstTokenMs: expect.any(Number),
      });
    });
  });

  describe('at the limit for the answer, the content so far is the answer', () => {
    test.each<[string, readonly Uint8Array[], object]>([
      ['in a text', [frame.text('Once upon a')], { message: saying('Once upon a') }],
      [
        'in a tool call',
        [frame.text('Wait'), frame.blockStop(), frame.toolCall(1), frame.toolInput('{"ci', 1)],
        { message: saying('Wait'), hasBrokenToolCall: true },
      ],
      [
        'after a tool call',
        [frame.toolCall(0), frame.toolInput('{}', 0), frame.blockStop(0), frame.text('Wait', 1)],
        {
          message: {
            role: 'assistant',
            content: [
              { toolUse: { toolUseId: 't1', name: 'lookup', input: {} } },
              { text: 'Wait' },
            ],
          },
        },
      ],
    ])('%s', async (_, frames, answer) => {
      const result = await released((stream) => stream.send(...frames), { answerMs: SHORT_MS });

      expect(result).toEqual({
        outcome: 'answer',
        answer: {
          ...answer,
          stopReason: 'time_limit',
          usage: { inputTokens: INPUT_TOKENS, outputTokens: expect.any(Number), estimated: true },
        },
        elapsedMs: expect.any(Number),
        firstTokenMs: expect.any(Number),
      });
      expect(result.elapsedMs).toBeGreaterThanOrEqual(SHORT_MS - 1);
    });
  });

  describe('a call is aborted', () => {
    test('after some tokens: it may be billed for them', async () => {
      const watch = new RecordingWatch();
      const result = await released(
        (stream) => {
          stream.send(frame.messageStart, frame.text('Hello '));
          afterArrival(() => watch.abort());
        },
        {},
        watch,
      );

      expect(result).toEqual({
        outcome: 'aborted',
        usage: { inputTokens: INPUT_TOKENS, outputTokens: 2, estimated: true },
        elapsedMs: expect.any(Number),
        firstTokenMs: watch.tokensMs[0],
      });
    });

    test.each<[string, (stream: ServedStream) => void]>([
      ['before the response', () => undefined],
      ['before the first token', (stream) => stream.send(frame.messageStart)],
    ])('%s: it may be billed for its prompt', async (_, answer) => {
      const watch = new RecordingWatch();
      const result = await released(
        (stream) => {
          answer(stream);
          afterArrival(() => watch.abort());
        },
        {},
        watch,
      );

      expect(result).toMatchObject({
        outcome: 'aborted',
        usage: { inputTokens: INPUT_TOKENS, outputTokens: 0, estimated: true },
      });
    });

    test('before it starts: it is not made', async () => {
      let calls = 0;
      const watch = new RecordingWatch();
      watch.abort();

      const result = await released(
        () => {
          calls += 1;
        },
        {},
        watch,
      );

      expect(result).toEqual({ outcome: 'aborted', elapsedMs: 0 });
      expect(calls).toBe(0);
    });

    test('without a stream: it may be billed for its prompt', async () => {
      const watch = new RecordingWatch();
      const result = await released(
        () => afterArrival(() => watch.abort()),
        { isStreamed: false },
        watch,
      );

      expect(result).toMatchObject({
        outcome: 'aborted',
        usage: { inputTokens: INPUT_TOKENS, outputTokens: 0, estimated: true },
      });
    });

    test('unless its answer is complete', async () => {
      const watch = new RecordingWatch();
      const result = await released(
        (stream) => {
          stream.send(...whole.slice(0, -1));
          afterArrival(() => watch.abort());
        },
        {},
        watch,
      );

      expect(result).toMatchObject({
        outcome: 'answer',
        answer: { message: saying('Hello world') },
      });
    });
  });

  test('a call leaves no listener on its caller’s signal', async () => {
    const watch = new RecordingWatch();

    await released((stream) => stream.send(...whole).end(), {}, watch);
    await released((stream) => stream.reset(), {}, watch);

    expect(getEventListeners(watch.signal, 'abort')).toEqual([]);
  });

  test('an error of the watch is no failure of the model, and releases the connection', async () => {
    const watch = new RecordingWatch();
    watch.onToken = () => {
      throw new Error('bug');
    };

    server.answer((stream) => stream.send(frame.text('Hi')));
    await expect(converse({}, watch)).rejects.toThrow('bug');
    await server.allClosed();
  });
});

describe('the connections of a region', () => {
  const client = new BedrockModelClient({ clock: systemClock });
  afterAll(() => client.destroy());
  const calls = (count: number, limits = callLimits()) =>
    Promise.all(
      Array.from({ length: count }, () =>
        client.converse(aModelRequest(), limits, new RecordingWatch()),
      ),
    );

  test('are used again after each stream', async () => {
    server.answer((stream) => stream.send(...whole).end());

    for (let round = 0; round < 10; round += 1) await calls(5);

    expect(server.connections).toBe(5);
  });

  test('suffice for several batches of open streams', async () => {
    const open: ServedStream[] = [];
    server.answer((stream) => {
      open.push(stream.send(frame.text('Hi')));
      if (open.length === 40) for (const each of open) each.send(...whole.slice(3)).end();
    });

    const results = await calls(40);

    expect(results.map(({ outcome }) => outcome)).toEqual(Array(40).fill('answer'));
  });
});

/** Acts when the bytes that were sent have probably arrived. */
function afterArrival(act: () => void): void {
  setTimeout(act, 30);
}

function damaged(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = ~(copy.at(-1) ?? 0) & 0xff;
  return copy;
}
