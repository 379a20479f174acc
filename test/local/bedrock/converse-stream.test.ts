import { describe, expect, test } from '@jest/globals';
import { answerText } from '../../../local/bedrock/answer-text.ts';
import { until } from '../support/until.ts';
import { aFake } from './a-fake.ts';
import { aClient, aStream, errorOf, MODEL, PROTOCOLS, readStream } from './sdk-client.ts';

const TEXT = answerText(MODEL, 'Say hello');

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test('the events of an answer arrive in order, with the usage last', async () => {
    const fake = await aFake({ latency: { firstTokenMs: 5, tokensPerSecond: 200 } });

    const output = await aClient(fake.url, { protocol }).send(aStream());
    const { events, text } = await readStream(output);

    const names = events.flatMap((event) => Object.keys(event));
    expect(names.filter((name, i) => name !== names[i - 1])).toEqual([
      'messageStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ]);
    expect(text).toBe(TEXT);
    expect(events[0]).toEqual({ messageStart: { role: 'assistant' } });
    expect(events.at(-2)).toEqual({ messageStop: { stopReason: 'end_turn' } });
    expect(events.at(-1)?.metadata).toMatchObject({
      usage: { inputTokens: 3, outputTokens: 26, totalTokens: 29 },
      metrics: { latencyMs: 5 + 25 * 5 },
    });
    expect(output.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('tokens arrive at the speed of the model, several in one event', async () => {
    // Slow enough that a pause of a busy machine does not let all tokens share an event.
    const fake = await aFake({ latency: { firstTokenMs: 50, tokensPerSecond: 40 } });
    const startedAt = performance.now();

    const { events } = await readStream(await aClient(fake.url, { protocol }).send(aStream()));

    expect(performance.now() - startedAt).toBeGreaterThan(50 + 25 * 25 - 20);
    const deltas = events.filter((event) => event.contentBlockDelta);
    expect(deltas.length).toBeGreaterThan(2);
    expect(deltas.length).toBeLessThan(26);
    const [call] = fake.calls();
    expect(call).toMatchObject({ operation: 'converse-stream', outcome: 'answered', status: 200 });
    expect(call?.outputTokens).toBe(26);
    expect(call?.firstTokenMs).toBeLessThan(call?.ms ?? 0);
  });

  test('an error before the stream is an HTTP error', async () => {
    const fake = await aFake();
    fake.setFault({ fault: 'throttle-minute' });

    const error = await errorOf(aClient(fake.url, { protocol }).send(aStream()));

    expect(error.name).toBe('ThrottlingException');
    expect(error.$metadata?.httpStatusCode).toBe(429);
  });

  test.each([
    ['modelStreamErrorException', 'ModelStreamErrorException'],
    ['internalServerException', 'InternalServerException'],
    ['serviceUnavailableException', 'ServiceUnavailableException'],
    ['throttlingException', 'ThrottlingException'],
    ['validationException', 'ValidationException'],
  ] as const)('%s arrives inside the stream, after some tokens', async (error, name) => {
    const fake = await aFake();
    fake.setFault({ fault: 'stream-error', error, afterTokens: 7 });

    const output = await aClient(fake.url, { protocol }).send(aStream());
    const read = await readStream(output);

    expect(output.$metadata.httpStatusCode).toBe(200);
    expect(read.text).toBe(TEXT.slice(0, 28));
    expect(read.error).toMatchObject({ name, message: expect.stringMatching(/./) });
    expect(fake.calls()).toMatchObject([{ outcome: 'stream-error', status: 200, outputTokens: 7 }]);
  });

  test('an error of the model in the stream tells the original status', async () => {
    const fake = await aFake();
    fake.setFault({ fault: 'stream-error' });

    const { error, text } = await readStream(await aClient(fake.url, { protocol }).send(aStream()));

    expect(error).toMatchObject({
      name: 'ModelStreamErrorException',
      originalStatusCode: 500,
      originalMessage: expect.stringMatching(/./),
    });
    expect(text.length).toBeGreaterThan(0);
    expect(text.length).toBeLessThan(TEXT.length);
  });

  test('a stall sends nothing more until the caller leaves', async () => {
    const fake = await aFake();
    fake.setFault({ fault: 'stall', afterTokens: 5 });
    const abort = new AbortController();
    let received = '';

    const output = await aClient(fake.url, { protocol }).send(aStream(), {
      abortSignal: abort.signal,
    });
    const reading = readStream(output, (text) => {
      received = text;
    });
    await until(() => received === TEXT.slice(0, 20));
    const before = fake.calls();
    abort.abort();
    await reading;
    await until(() => fake.calls({ outcome: 'stall' }).length === 1);

    expect(before).toMatchObject([{ outcome: 'in-flight', outputTokens: 5 }]);
    expect(received).toBe(TEXT.slice(0, 20));
    expect(fake.statistics().targets).toMatchObject([{ failed: { stall: 1 }, inFlight: 0 }]);
  });

  test('a reset drops the connection after some tokens', async () => {
    const fake = await aFake();
    fake.setFault({ fault: 'stream-reset', afterTokens: 5 });

    const read = await readStream(await aClient(fake.url, { protocol }).send(aStream()));

    // Over HTTP/2, the SDK shows the loss as a plain end, so only the missing messageStop tells it.
    if (protocol === 'HTTP/1.1') expect(read.error).toMatchObject({ code: 'ECONNRESET' });
    else expect(read.error).toBeUndefined();
    expect(read.text).toBe(TEXT.slice(0, 20));
    expect(read.events.some((event) => event.messageStop)).toBe(false);
    expect(fake.calls()).toMatchObject([{ outcome: 'stream-reset', outputTokens: 5 }]);
  });

  test('a caller that leaves a stream is logged with the tokens that it got', async () => {
    const fake = await aFake({ latency: { tokensPerSecond: 20 } });
    const abort = new AbortController();

    const output = await aClient(fake.url, { protocol }).send(aStream(), {
      abortSignal: abort.signal,
    });
    const reading = readStream(output);
    await until(() => (fake.calls()[0]?.outputTokens ?? 0) >= 2);
    abort.abort();
    await reading;

    await until(() => fake.calls({ outcome: 'abandoned' }).length === 1);
    expect(fake.calls()[0]?.outputTokens).toBeLessThan(26);
  });
});
