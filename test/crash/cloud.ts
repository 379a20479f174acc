import type { Clock } from '../../lambda/core/clock.ts';
import type { CompletionEvent } from '../../lambda/core/jobs/completion-event.ts';
import { START } from '../support/job-builders.ts';

/** Six times the worker's timeout, as the stack sets it. */
const VISIBILITY_MS = 900_000;
const CALL_MS = 5_000;

/** What a model does with a call. */
export type Reaction = 'answers' | 'throttles' | 'refuses' | 'kills';

/** Time that moves when somebody waits, as there is nobody else to wait for. */
export class VirtualClock implements Clock {
  nowMs = START;

  now(): number {
    return this.nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.nowMs += ms;
  }
}

/** All that outlives a process, but for the tables: queues, objects, the bus, the models. */
export class Cloud {
  readonly clock = new VirtualClock();
  readonly queue = new MessageQueue(this.clock);
  readonly deadLetters = new MessageQueue(this.clock);
  readonly objects = new Map<string, string>();
  readonly events: CompletionEvent[] = [];
  readonly model: Model;
  /** Services that do not answer, by the end of it. */
  readonly downUntilMs = { queue: 0, bus: 0 };

  constructor(script: Script) {
    this.model = new Model(this.clock, script);
  }

  isDown(service: keyof Cloud['downUntilMs']): boolean {
    return this.clock.now() < this.downUntilMs[service];
  }
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly visibleAtMs: number;
}

/** SQS: what is received comes back unless it is deleted. */
export class MessageQueue {
  sends = 0;
  /** Messages of other jobs, of which nothing is told here but that they wait. */
  othersWaiting = 0;
  readonly #clock: Clock;
  readonly #messages = new Map<string, Message>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#messages.size;
  }

  /** When the next message can be received; nothing when there is none at all. */
  get nextAtMs(): number | undefined {
    return this.#next()?.visibleAtMs;
  }

  countWaiting(): number {
    const now = this.#clock.now();
    const waiting = [...this.#messages.values()].filter(({ visibleAtMs }) => visibleAtMs <= now);
    return this.othersWaiting + waiting.length;
  }

  send(body: string, delayMs = 0): void {
    this.sends += 1;
    this.put(body, delayMs);
  }

  /** By the queue's own doing: a message is delivered at least once. */
  put(body: string, delayMs = 0): void {
    const id = `message-${this.#messages.size}-${this.sends}-${this.#clock.now()}`;
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
    return [...this.#messages.values()].sort((a, b) => a.visibleAtMs - b.visibleAtMs)[0];
  }
}

export interface Script {
  /** By the number of the call, from 1. */
  readonly reaction: (call: number) => Reaction;
}

/** A model that follows a script. Each call takes 5 s and each answer is unlike any other. */
export class Model {
  /** Those that are paid for. */
  answered = 0;
  /** Waited for while a call is under way. */
  onCall: (call: number) => Promise<void> = async () => undefined;
  readonly #clock: VirtualClock;
  readonly #script: Script;
  #calls = 0;

  constructor(clock: VirtualClock, script: Script) {
    this.#clock = clock;
    this.#script = script;
  }

  async converse(): Promise<{ readonly reaction: Reaction; readonly call: number }> {
    this.#calls += 1;
    const call = this.#calls;
    const reaction = this.#script.reaction(call);
    await this.onCall(call);
    this.#clock.nowMs += CALL_MS;
    if (reaction === 'answers' || reaction === 'kills') this.answered += 1;
    return { reaction, call };
  }
}

/** The call's number is in the text and in the tokens: a row and its object can be compared. */
export function answerText(call: number): string {
  return `answer ${call}`;
}
