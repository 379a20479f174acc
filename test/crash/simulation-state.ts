import { deserialize, serialize } from 'node:v8';
import { START } from '../support/job-builders.ts';
import { anEmptyCloud, type CloudState } from './cloud.ts';
import { MessageQueue } from './message-queue.ts';
import type { Path } from './paths.ts';
import type { ProcessesState } from './processes.ts';
import type { MonitorState } from './row-monitor.ts';
import { SimulatedClock } from './simulated-clock.ts';
import type { Planned } from './timeline.ts';
import type { ApiClientState, OperatorState } from './users.ts';

/** The state of a simulation between two events while no process runs, as plain data. */
export interface SimulationState {
  readonly cloud: CloudState;
  readonly planned: Planned[];
  readonly client: ApiClientState;
  readonly operator: OperatorState;
  readonly monitor: MonitorState;
  readonly processes: ProcessesState;
  events: number;
  deliveries: number;
  lastSweepMs: number;
  /** The contents of the platform's tables. @default empty tables */
  readonly tables?: unknown;
}

export function initialState({ unreadable }: Path): SimulationState {
  const cloud = anEmptyCloud();
  if (unreadable !== undefined) {
    new MessageQueue(new SimulatedClock(cloud.nowMs), cloud.queue).put(unreadable);
  }
  return {
    cloud,
    planned: [{ atMs: START, what: 'submit' }],
    client: { isAccepted: false, isCancelAccepted: false, isCancelling: false },
    operator: { isBusy: false },
    monitor: { violations: [], longestOrphanMs: 0, longestStrayMs: 0 },
    processes: { started: 0, ids: 0 },
    events: 0,
    deliveries: 0,
    lastSweepMs: START,
  };
}

/** Serializes a state; equal states give equal texts.  */
export function textOf(state: SimulationState): string {
  return serialize(state).toString('latin1');
}

export function stateOf(text: string): SimulationState {
  return deserialize(Buffer.from(text, 'latin1'));
}
