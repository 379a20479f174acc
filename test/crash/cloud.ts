import type { CompletionEvent } from '../../lambda/core/jobs/completion-event.ts';
import { START } from '../support/job-builders.ts';
import { MessageQueue, type QueueState } from './message-queue.ts';
import { Model, type ModelState, type Script } from './model.ts';
import { type Time, VirtualClock } from './virtual-clock.ts';

/** What is left of a cloud when nobody uses it, for another to go on from. */
export interface CloudState {
  readonly time: Time;
  readonly queue: QueueState;
  readonly deadLetters: QueueState;
  readonly objects: Map<string, string>;
  readonly events: CompletionEvent[];
  readonly model: ModelState;
}

export function anEmptyCloud(): CloudState {
  return {
    time: { nowMs: START },
    queue: { sends: 0, messages: new Map() },
    deadLetters: { sends: 0, messages: new Map() },
    objects: new Map(),
    events: [],
    model: { calls: 0, answered: 0 },
  };
}

/** All that outlives a process, but for the tables: queues, objects, the bus, the models. */
export class Cloud {
  readonly clock: VirtualClock;
  readonly queue: MessageQueue;
  readonly deadLetters: MessageQueue;
  readonly objects: Map<string, string>;
  readonly events: CompletionEvent[];
  readonly model: Model;
  /** Services that do not answer, by the end of it. */
  readonly downUntilMs = { queue: 0, bus: 0 };

  constructor(script: Script, state: CloudState) {
    this.clock = new VirtualClock(state.time);
    this.queue = new MessageQueue(this.clock, state.queue);
    this.deadLetters = new MessageQueue(this.clock, state.deadLetters);
    this.objects = state.objects;
    this.events = state.events;
    this.model = new Model(this.clock, script, state.model);
  }

  isDown(service: keyof Cloud['downUntilMs']): boolean {
    return this.clock.now() < this.downUntilMs[service];
  }
}
