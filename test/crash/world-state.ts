import { deserialize, serialize } from 'node:v8';
import { START } from '../support/job-builders.ts';
import { anEmptyCloud, type CloudState } from './cloud.ts';
import { MessageQueue } from './message-queue.ts';
import type { Path } from './paths.ts';
import type { CallerState, OperatorState } from './people.ts';
import type { ProcessesState } from './processes.ts';
import type { Planned } from './timeline.ts';
import { VirtualClock } from './virtual-clock.ts';
import type { Testimony } from './witness.ts';

/** A world between two events, when no process runs or stands still: plain data. */
export interface WorldState {
  readonly cloud: CloudState;
  readonly planned: Planned[];
  readonly caller: CallerState;
  readonly operator: OperatorState;
  readonly testimony: Testimony;
  readonly processes: ProcessesState;
  events: number;
  deliveries: number;
  lastSweepMs: number;
  /** The platform's. @default empty ones */
  readonly tables?: unknown;
}

export function theBeginning({ unreadable }: Path): WorldState {
  const cloud = anEmptyCloud();
  if (unreadable !== undefined) {
    new MessageQueue(new VirtualClock(cloud.time), cloud.queue).put(unreadable);
  }
  return {
    cloud,
    planned: [{ atMs: START, what: 'submit' }],
    caller: { isAccepted: false, isCancelAccepted: false, isCancelling: false },
    operator: { isBusy: false },
    testimony: { oddities: [] },
    processes: { started: 0, ids: 0 },
    events: 0,
    deliveries: 0,
    lastSweepMs: START,
  };
}

/** Equal texts are equal worlds. It throws at what is more than data: a process that is not over. */
export function textOf(state: WorldState): string {
  return serialize(state).toString('latin1');
}

export function stateOf(text: string): WorldState {
  return deserialize(Buffer.from(text, 'latin1'));
}
