import type { CompletionEvent } from '../../lambda/core/jobs/completion-event.ts';
import { START } from '../support/job-builders.ts';
import { MessageQueue, type QueueState } from './message-queue.ts';
import { Model, type ModelState, type Script } from './model.ts';
import { UPLOADED } from './objects.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** The state of a cloud while no process runs, as plain data. Another cloud can start from it. */
export interface CloudState {
  readonly nowMs: number;
  readonly queue: QueueState;
  readonly deadLetters: QueueState;
  readonly objects: Map<string, string>;
  readonly events: CompletionEvent[];
  readonly model: ModelState;
}

export function anEmptyCloud(): CloudState {
  return {
    nowMs: START,
    queue: { sends: 0, messages: new Map() },
    deadLetters: { sends: 0, messages: new Map() },
    objects: new Map([[UPLOADED.path, UPLOADED.body]]),
    events: [],
    model: { calls: 0, callsOf: {}, begun: 0, answered: 0 },
  };
}

/** All services except the tables: queues, objects, event bus, models. They outlive a process. */
export class Cloud {
  readonly clock: SimulatedClock;
  readonly queue: MessageQueue;
  readonly deadLetters: MessageQueue;
  readonly objects: Map<string, string>;
  readonly events: CompletionEvent[];
  readonly model: Model;
  /** The end of each service's outage, in milliseconds since the epoch. */
  readonly downUntilMs = { queue: 0, bus: 0 };
  /** A hook that is awaited after each dead letter. */
  onDeadLetter: (body: string) => Promise<void> = async () => undefined;

  constructor(script: Script, state: CloudState) {
    this.clock = new SimulatedClock(state.nowMs);
    this.queue = new MessageQueue(this.clock, state.queue);
    this.deadLetters = new MessageQueue(this.clock, state.deadLetters);
    this.objects = state.objects;
    this.events = state.events;
    this.model = new Model(script, state.model);
  }

  isDown(service: keyof Cloud['downUntilMs']): boolean {
    return this.clock.now() < this.downUntilMs[service];
  }
}
