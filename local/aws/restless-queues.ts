import type { Random } from '../bedrock/seeded-random.ts';
import type { Chance } from '../unkind.ts';
import type { Message, Queues } from './queues.ts';

export interface Restlessness {
  /** Draws whether a message is delivered a second time. */
  readonly repeats: Chance;
  /** Draws whether a message is delivered later than others that were sent after it. */
  readonly isLate: Chance;
  readonly random: Random;
}

/**
 * Delivers messages as a standard queue of SQS may: some of them twice, also after they were deleted, and
 * in any order.
 */
export function restlessQueues(queues: Queues, { repeats, isLate, random }: Restlessness): Queues {
  /** Messages to deliver with a later receive, by the queue's ARN. */
  const held = new Map<string, Message[]>();
  const takeHeld = (queueArn: string, max: number) => held.get(queueArn)?.splice(0, max) ?? [];
  const hold = (queueArn: string, messages: readonly Message[]) => {
    held.set(queueArn, [...(held.get(queueArn) ?? []), ...messages]);
  };

  return {
    ...queues,
    receive: async (queueArn, max, waitSeconds) => {
      const due = takeHeld(queueArn, max);
      const left = max - due.length;
      const wait = due.length > 0 ? 0 : waitSeconds;
      const fresh = left > 0 ? await queues.receive(queueArn, left, wait) : [];
      const late = fresh.filter(() => isLate());
      hold(queueArn, [...late, ...fresh.filter(() => repeats())]);
      return shuffled([...due, ...fresh.filter((message) => !late.includes(message))], random);
    },
  };
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
