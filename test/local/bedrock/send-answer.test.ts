import { describe, expect, test } from '@jest/globals';
import { answerText } from '../../../local/bedrock/answer-text.ts';
import { startFakeBedrock } from '../../../local/bedrock/fake-bedrock.ts';
import { until } from '../support/until.ts';
import { aFake } from './a-fake.ts';
import {
  aClient,
  aConverse,
  aCount,
  aStream,
  errorOf,
  MODEL,
  readStream,
  textOf,
} from './sdk-client.ts';

test('Converse answers when the last token is generated', async () => {
  const fake = await aFake({ latency: { firstTokenMs: 50, tokensPerSecond: 500 } });

  const output = await aClient(fake.url).send(aConverse());

  expect(output.metrics?.latencyMs).toBe(50 + 25 * 2);
  expect(fake.calls()[0]?.ms).toBeGreaterThanOrEqual(99);
});

describe('where a stream would break, Converse', () => {
  test('gives the HTTP error that means the same', async () => {
    const fake = await aFake();
    fake.setFault({ fault: 'stream-error' });
    const ofModel = await errorOf(aClient(fake.url).send(aConverse()));
    fake.clearFaults();
    fake.setFault({ fault: 'stream-error', error: 'throttlingException' });
    const throttled = await errorOf(aClient(fake.url).send(aConverse()));

    expect([ofModel.name, ofModel.$metadata?.httpStatusCode]).toEqual(['ModelErrorException', 424]);
    expect([throttled.name, throttled.$metadata?.httpStatusCode]).toEqual([
      'ThrottlingException',
      429,
    ]);
    expect(fake.calls()).toMatchObject([
      { outcome: 'stream-error', status: 424 },
      { outcome: 'stream-error', status: 429 },
    ]);
  });

  test('drops the connection', async () => {
    const fake = await aFake();
    fake.setFault({ fault: 'stream-reset' });

    const error = await errorOf(aClient(fake.url).send(aConverse()));

    expect(error.message).toContain('ECONNRESET');
    expect(fake.calls()).toMatchObject([{ outcome: 'stream-reset' }]);
  });

  test('gives no answer until the caller leaves', async () => {
    const fake = await aFake();
    fake.setFault({ fault: 'stall', afterTokens: 3 });
    const abort = new AbortController();
    const call = aClient(fake.url).send(aConverse(), { abortSignal: abort.signal });
    await until(() => fake.calls({ outcome: 'in-flight' }).length === 1);

    abort.abort();
    const error = await errorOf(call);
    await until(() => fake.statistics().targets[0]?.inFlight === 0);

    expect(error.name).toBe('AbortError');
    expect(fake.statistics().targets).toMatchObject([{ calls: 1, answered: 0 }]);
  });
});

describe('long answers', () => {
  test('come for the prompts of a rule, and say that maxTokens cut them', async () => {
    const fake = await aFake();
    fake.setFault({ fault: 'long-answer', tokens: 200, prompt: '*essay*' });
    const client = aClient(fake.url);
    const messages = [{ role: 'user' as const, content: [{ text: 'Write an essay' }] }];

    const whole = await client.send(aConverse({ messages, inferenceConfig: { maxTokens: 200 } }));
    const cut = await readStream(
      await client.send(aStream({ messages, inferenceConfig: { maxTokens: 150 } })),
    );
    const other = await client.send(aConverse());

    expect(whole).toMatchObject({ stopReason: 'end_turn', usage: { outputTokens: 200 } });
    expect(textOf(whole)).toBe(answerText(MODEL, 'Write an essay', 200));
    expect(cut.text).toBe(answerText(MODEL, 'Write an essay', 150));
    expect(cut.events.at(-2)).toEqual({ messageStop: { stopReason: 'max_tokens' } });
    expect(textOf(other)).toBe(answerText(MODEL, 'Say hello'));
  });

  test('have lengths that are drawn, if the fake is started so', async () => {
    const answers = { medianTokens: 40, sigma: 0.5 };
    const lengthsOf = async (seed: number) => {
      const fake = await startFakeBedrock({ seed, answers });
      const client = aClient(fake.url);
      const lengths: (number | undefined)[] = [];
      for (let i = 0; i < 4; i += 1) {
        lengths.push((await client.send(aConverse())).usage?.outputTokens);
      }
      await fake.stop();
      return lengths;
    };

    const [first, again, other] = [await lengthsOf(1), await lengthsOf(1), await lengthsOf(2)];

    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    expect(new Set(first).size).toBeGreaterThan(2);
  });
});

test('a caller that leaves a stream pays for the whole answer', async () => {
  const fake = await aFake({ latency: { tokensPerSecond: 20 }, now: () => 0 });
  fake.setFault({ fault: 'quota', tokensPerMinute: 1000, burndownRate: 1 });
  fake.setFault({ fault: 'long-answer', tokens: 800 });
  const client = aClient(fake.url);
  const abort = new AbortController();
  const inferenceConfig = { maxTokens: 900 };

  const output = await client.send(aStream({ inferenceConfig }), { abortSignal: abort.signal });
  const reading = readStream(output);
  await until(() => fake.calls()[0]?.outputTokens !== undefined);
  abort.abort();
  await reading;
  await until(() => fake.calls({ outcome: 'abandoned' }).length === 1);

  // 803 of the 1,000 tokens are spent, so 197 are left.
  const tooLong = aConverse({ inferenceConfig: { maxTokens: 195 } });
  expect((await errorOf(client.send(tooLong))).name).toBe('ThrottlingException');
  fake.clearFaults();
});

test('a broken stream costs the tokens that were sent', async () => {
  const fake = await aFake({ now: () => 0 });
  fake.setFault({ fault: 'quota', tokensPerMinute: 1000, burndownRate: 1 });
  fake.setFault({ fault: 'stream-error', afterTokens: 10 });
  const client = aClient(fake.url);
  await readStream(await client.send(aStream({ inferenceConfig: { maxTokens: 900 } })));

  // 13 tokens are spent.
  const output = await client.send(aStream({ inferenceConfig: { maxTokens: 984 } }));
  expect((await readStream(output)).error?.name).toBe('ModelStreamErrorException');
});

test('the failures of token counts repeat with the seed', async () => {
  const outcomesOf = async (seed: number) => {
    const fake = await startFakeBedrock({
      seed,
      scenario: [{ operation: 'count-tokens', fault: 'unavailable', probability: 0.5 }],
    });
    const client = aClient(fake.url);
    for (let i = 0; i < 16; i += 1) await client.send(aCount('hello')).catch(() => undefined);
    await fake.stop();
    return fake.calls().map(({ outcome }) => outcome);
  };

  const first = await outcomesOf(1);

  expect(await outcomesOf(1)).toEqual(first);
  expect(new Set(first)).toEqual(new Set(['answered', 'unavailable']));
});
