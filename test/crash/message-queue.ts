import { JOB_DEFAULTS } from '../../lambda/contract/policy.ts';
import { visibilitySeconds } from '../../lambda/contract/time-budget.ts';
import type { Clock } from '../../lambda/core/clock.ts';
import { earliest } from './timeline.ts';

/** The visibility timeout that the stack sets. */
export const VISIBILITY_MS = visibilitySeconds(JOB_DEFAULTS) * 1000;

interface Message {
  readonly id: string;
  readonly body: string;
  readonly visibleAtMs: number;
}

export interface QueueState {
  sends: number;
  readonly messages: Map<string, Message>;
}

const COPY = 'copy of ';

/** An SQS queue: a received message becomes visible again unless it is deleted. */
export class MessageQueue {
  /** The number of waiting messages of other jobs, which are never received. */
  othersWaiting = 0;
  readonly #clock: Clock;
  readonly #state: QueueState;
  readonly #messages: Map<string, Message>;

  constructor(clock: Clock, state: QueueState) {
    this.#clock = clock;
    this.#state = state;
    this.#messages = state.messages;
  }

  get sends(): number {
    return this.#state.sends;
  }

  get size(): number {
    return this.#messages.size;
  }

  /** The time when the next message can be received, if there is any message. */
  get nextAtMs(): number | undefined {
    return this.#next()?.visibleAtMs;
  }

  countWaiting(): number {
    const now = this.#clock.now();
    const waiting = [...this.#messages.values()].filter(({ visibleAtMs }) => visibleAtMs <= now);
    return this.othersWaiting + waiting.length;
  }

  send(body: string, delayMs = 0): void {
    this.#state.sends += 1;
    this.put(body, delayMs);
  }

  /** Adds a message that nobody of ours sent. */
  put(body: string, delayMs = 0): void {
    this.#add(`message-${this.#messages.size}-${this.sends}-${this.#clock.now()}`, body, delayMs);
  }

  /** Adds a copy of a message, because SQS may deliver a message twice. A copy is not copied again. */
  copy({ id, body }: Message): void {
    if (!id.startsWith(COPY)) this.#add(`${COPY}${id}`, body, 0);
  }

  #add(id: string, body: string, delayMs: number): void {
    this.#messages.set(id, { id, body, visibleAtMs: this.#clock.now() + delayMs });
  }

  receive(hiddenMs = VISIBILITY_MS): Message | undefined {
    const next = this.#next();
    if (!next || next.visibleAtMs > this.#clock.now()) return undefined;
    this.show(next.id, hiddenMs);
    return next;
  }

  delete(id: string): void {
    this.#messages.delete(id);
  }

  show(id: string, inMs: number): void {
    const message = this.#messages.get(id);
    if (!message) return;
    this.#messages.set(id, { ...message, visibleAtMs: this.#clock.now() + inMs });
  }

  #next(): Message | undefined {
    return earliest(this.#messages.values(), ({ visibleAtMs }) => visibleAtMs);
  }
}
