import { expect, test } from '@jest/globals';
import type { Message, Queues } from '../../../local/aws/queues.ts';
import { restlessQueues } from '../../../local/aws/restless-queues.ts';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:Jobs';

/** Returns the bodies of each receive from a queue that has these messages. */
async function receives(
  bodies: readonly string[],
  { repeated = '', late = '' }: { readonly repeated?: string; readonly late?: string },
): Promise<readonly string[][]> {
  const waiting = bodies.map((Body) => ({ Body }) as Message);
  const queues = { receive: async (_arn: string, max: number) => waiting.splice(0, max) };
  // Each message is drawn for once by each chance, in the order of the queue.
  const hits = (of: string) => {
    const drawn = [...bodies];
    return () => drawn.shift() === of;
  };
  const restless = restlessQueues(queues as unknown as Queues, {
    repeats: hits(repeated),
    isLate: hits(late),
    random: () => 0,
  });
  const all: string[][] = [];
  for (let i = 0; i < 3; i++) {
    all.push((await restless.receive(ARN, 2, 0)).map(({ Body }) => Body));
  }
  return all;
}

test('a message may come again with a later receive', async () => {
  expect(await receives(['a', 'b', 'c'], { repeated: 'a' })).toEqual([['a', 'b'], ['a', 'c'], []]);
});

test('a message may come later than one that was sent after it', async () => {
  expect(await receives(['a', 'b', 'c'], { late: 'a' })).toEqual([['b'], ['a', 'c'], []]);
});

test('the messages of one receive come in any order', async () => {
  const numbers = [0.9, 0.1];
  const messages = ['a', 'b'].map((Body) => ({ Body }) as Message);
  const restless = restlessQueues({ receive: async () => messages } as unknown as Queues, {
    repeats: () => false,
    isLate: () => false,
    random: () => numbers.shift() ?? 0,
  });

  expect((await restless.receive(ARN, 10, 0)).map(({ Body }) => Body)).toEqual(['b', 'a']);
});
