import { type ByGroup, nextGroup, ProcessingTimes } from './fair-queue.ts';
import type { Fauxqs, Queue, QueueStore } from './fauxqs.ts';

/** The part of a message that decides on its order. */
interface Grouped {
  readonly messageId: string;
  readonly messageGroupId?: string;
}

/**
 * Makes the standard queues of fauxqs fair. fauxqs itself drops a message's group and delivers in the
 * order of arrival.
 */
export function deliverFairly(app: Fauxqs, store: QueueStore): void {
  app.addHook('preSerialization', async (request, _reply, payload) => {
    if (request.headers['x-amz-target'] !== 'AmazonSQS.SendMessage') return payload;
    const { QueueUrl, MessageGroupId } = Object(request.body);
    const queue = store.getQueue(QueueUrl);
    const sent = queue && findMessage(queue, Object(payload).MessageId);
    if (sent) sent.messageGroupId = MessageGroupId;
    return payload;
  });
  const createQueue = store.createQueue.bind(store);
  store.createQueue = (...options) => makeFair(createQueue(...options));
}

/** Finds a message that was just sent. A long poll may have received it already. */
function findMessage({ messages, delayedMessages, inflightMessages }: Queue, id: string) {
  const isSent = ({ messageId }: Grouped) => messageId === id;
  return (
    messages.findLast(isSent) ??
    delayedMessages.findLast(isSent) ??
    [...inflightMessages.values()].map(({ message }) => message).find(isSent)
  );
}

function makeFair(queue: Queue): Queue {
  const times = new ProcessingTimes();
  const dequeue = queue.dequeue.bind(queue);
  queue.dequeue = (max, ...options) => {
    queue.processTimers();
    const inFlight = new Map<string, number>();
    for (const { message } of queue.inflightMessages.values()) add(inFlight, groupOf(message));
    times.observe(inFlight, Date.now());
    queue.messages = inFairOrder(queue.messages, max, inFlight, times.recentMs);
    return dequeue(max, ...options);
  };
  return queue;
}

/**
 * Returns the messages, oldest first, but in front of them those that are delivered next.
 *
 * @param count the number of messages in front
 */
export function inFairOrder<Message extends Grouped>(
  messages: readonly Message[],
  count: number,
  inFlight: ByGroup,
  recentMs: ByGroup,
): Message[] {
  if (messages.length <= count) return [...messages];
  const waiting = Map.groupBy(messages.entries(), ([, message]) => groupOf(message));
  const held = new Map(inFlight);
  const front = new Set<Message>();
  while (front.size < count) {
    const oldest = [...waiting].flatMap(([group, [first]]) =>
      first ? [{ group, oldest: first[0] }] : [],
    );
    const group = nextGroup(oldest, held, recentMs);
    const [, message] = waiting.get(group ?? '')?.shift() ?? [];
    if (group === undefined || !message) break;
    add(held, group);
    front.add(message);
  }
  return [...front, ...messages.filter((message) => !front.has(message))];
}

/** A message without a group is a group of its own. */
function groupOf({ messageId, messageGroupId }: Grouped): string {
  return messageGroupId ?? messageId;
}

function add(counts: Map<string, number>, group: string): void {
  counts.set(group, (counts.get(group) ?? 0) + 1);
}
